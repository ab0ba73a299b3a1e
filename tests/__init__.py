import gc

# As the service does, and before all else is imported: what tests make at their start stays.
gc.set_threshold(50_000, 50, 100)
