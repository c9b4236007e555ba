"""Who sends to whom, without numbers: relations on 0 … n − 1, listed or as index ranges."""
