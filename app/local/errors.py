class LocalError(Exception):
    """Something on this machine keeps us from running; the message is for the person there."""
