"""The paper's small Transformer: train it, read its attention, and that of other models.

In come a recipe, or what a model returned; out come attention tensors whose rows sum to 1,
query i and key j, causal, and head importances. Whole models come out samples first, attention
(batch, layers, heads, n, n) and importances (layers, heads): as `dagmix.analysis` and
`dagmix.proxies` take them; `dagmix.analysis.Attention.of` reads the outputs of other libraries'
models by itself. The architecture and the experiment are those of arXiv:2507.02944, §4;
importances are the Frobenius norms of the heads' output projections. `measure` and `Experiment`
give the quantities of its Tables 1 to 6, which `dagmix.paper` holds; `remeasure` those of the
authors' own checkpoints. `differentiable` has the proxies with gradients.

Needs the extra `torch`: `pip install 'dagmix[torch]'`. Nothing else in dagmix imports torch.
"""

from dagmix._util.extras import missing

if absent := missing("torch", "dagmix.torch_bridge", "torch"):
    raise absent

from dagmix.torch_bridge import differentiable
from dagmix.torch_bridge.attention import attention_from_outputs, attention_maps
from dagmix.torch_bridge.checkpoints import load_transformer, save_transformer
from dagmix.torch_bridge.config import Config, Recipe
from dagmix.torch_bridge.importance import head_importance
from dagmix.torch_bridge.model import Keep, Transformer
from dagmix.torch_bridge.model_importance import head_importance_of, importance_of
from dagmix.torch_bridge.published import remeasure
from dagmix.torch_bridge.replication import Experiment, measure
from dagmix.torch_bridge.tasks import TASKS, draw
from dagmix.torch_bridge.training import Training, train

__all__ = [
    "TASKS",
    "Config",
    "Experiment",
    "Keep",
    "Recipe",
    "Training",
    "Transformer",
    "attention_from_outputs",
    "attention_maps",
    "differentiable",
    "draw",
    "head_importance",
    "head_importance_of",
    "importance_of",
    "load_transformer",
    "measure",
    "remeasure",
    "save_transformer",
    "train",
]
