"""One site that delivers documents in every way that is compared."""
