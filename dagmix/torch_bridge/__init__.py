"""The paper's small Transformer: train it, read its attention, and that of other models.

Needs the extra `torch`: `pip install 'dagmix[torch]'`. Nothing else in dagmix imports torch.
"""

from dagmix.torch_bridge.attention import attention_from_outputs, attention_maps, head_importance
from dagmix.torch_bridge.checkpoints import load_transformer, save_transformer
from dagmix.torch_bridge.config import Config, Recipe
from dagmix.torch_bridge.model import Transformer
from dagmix.torch_bridge.tasks import TASKS, draw
from dagmix.torch_bridge.training import Training, train

__all__ = [
    "TASKS",
    "Config",
    "Recipe",
    "Training",
    "Transformer",
    "attention_from_outputs",
    "attention_maps",
    "draw",
    "head_importance",
    "load_transformer",
    "save_transformer",
    "train",
]
