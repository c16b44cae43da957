"""What learns and what speaks, without any knowledge of shops: models and their cards; later encoders and the language gateway."""
