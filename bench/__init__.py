"""Measures Every Voice against peers and limits: `python -m bench [NAME ...]`."""
