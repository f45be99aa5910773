"""Training, export and reference semantics of EcoLM models."""
