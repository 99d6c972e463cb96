"""Tests of the outside roads."""
