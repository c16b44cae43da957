"""Networks that run in this house, by ONNX Runtime."""
