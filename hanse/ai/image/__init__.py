"""Pictures as vectors, by a network of this house; nothing is sent anywhere."""
