"""The features of labelled texts as sparse tables, for the trainers of both second votes."""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from scipy.sparse import csr_matrix, diags

from outreach.ngrams import BUCKETS, root


def shared(found: Sequence[frozenset[int]]) -> csr_matrix:
    """One row a text, its features shrunk together so that long texts do not shout."""
    return csr_matrix(diags([1 / root(each) for each in found]) @ counts(found))


def counts(found: Iterable[frozenset[int]]) -> csr_matrix:
    """One row a text, with a one for each of its features."""
    places = [sorted(each) for each in found]
    starts = np.cumsum([0, *map(len, places)])
    columns = np.fromiter(chain.from_iterable(places), dtype=np.int32, count=starts[-1])
    ones = np.ones(len(columns))
    return csr_matrix((ones, columns, starts), shape=(len(places), BUCKETS))
