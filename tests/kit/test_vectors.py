import numpy as np
import pytest

from padawanforge.kit.vectors import WrongDimension, cosine_scores, pack, stack, top_k, unpack


def test_a_packed_vector_comes_back_within_half_precision():
    vector = np.array([0.25, -0.5, 0.123456, 1.0], dtype=np.float32)

    back = unpack(pack(vector), dimension=4)

    assert back.dtype == np.float32
    assert back == pytest.approx(vector, abs=0.001)


def test_a_packed_vector_takes_two_bytes_a_number():
    assert len(pack(np.zeros(384, dtype=np.float32))) == 768


def test_a_namespace_becomes_one_matrix_in_the_order_given():
    rows = [pack(np.array(numbers)) for numbers in ((1.0, 0.0), (0.0, 2.0), (3.0, 0.5))]

    matrix = stack(rows, dimension=2)

    assert matrix.tolist() == [[1.0, 0.0], [0.0, 2.0], [3.0, 0.5]]


def test_an_empty_namespace_is_an_empty_matrix():
    assert stack([], dimension=384).shape == (0, 384)


def test_a_vector_of_another_model_is_refused():
    with pytest.raises(WrongDimension):
        stack([pack(np.zeros(256))], dimension=384)


def test_cosines_ignore_length_and_rows_of_zeros_score_nothing():
    matrix = np.array([[2.0, 0.0], [0.0, 3.0], [0.0, 0.0], [-1.0, 0.0]], dtype=np.float32)

    scores = cosine_scores(matrix, np.array([5.0, 0.0]))

    assert scores.tolist() == [1.0, 0.0, 0.0, -1.0]


def test_the_best_come_first_and_equals_keep_their_order():
    assert top_k(np.array([0.2, 0.9, 0.2, 0.5]), 3) == [1, 3, 0]
