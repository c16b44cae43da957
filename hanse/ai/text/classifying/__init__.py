"""Classifiers of short texts, learned from labelled rows in seconds: calibrated probabilities, and none of the labels as an answer."""

from hanse.ai.text.classifying.method import Classifier, Method
from hanse.ai.text.classifying.training import Blend, by_meaning, by_words, by_words_and_meaning

__all__ = ["Blend", "Classifier", "Method", "by_meaning", "by_words", "by_words_and_meaning"]
