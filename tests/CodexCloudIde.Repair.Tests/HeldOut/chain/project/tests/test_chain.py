import unittest

from chain import Chain
from chain.algorithms import merged, middle, without_repeats


class ChainTests(unittest.TestCase):
    def test_holds_in_order(self):
        self.assertEqual(list(Chain([1, 2, 3])), [1, 2, 3])

    def test_length(self):
        chain = Chain("ab")
        chain.prepend("c")
        self.assertEqual(len(chain), 3)

    def test_prepend(self):
        chain = Chain([2])
        chain.prepend(1)
        self.assertEqual(list(chain), [1, 2])

    def test_prepend_to_empty_then_append(self):
        chain = Chain()
        chain.prepend(1)
        chain.append(2)
        self.assertEqual(list(chain), [1, 2])

    def test_remove_first(self):
        chain = Chain([1, 2, 3])
        self.assertTrue(chain.remove(1))
        self.assertEqual(list(chain), [2, 3])

    def test_remove_middle_and_length(self):
        chain = Chain([1, 2, 3])
        self.assertTrue(chain.remove(2))
        self.assertEqual((list(chain), len(chain)), ([1, 3], 2))

    def test_remove_last_then_append(self):
        chain = Chain([1, 2])
        chain.remove(2)
        chain.append(9)
        self.assertEqual(list(chain), [1, 9])

    def test_remove_missing(self):
        self.assertFalse(Chain([1]).remove(5))

    def test_reverse(self):
        chain = Chain([1, 2, 3])
        chain.reverse()
        self.assertEqual(list(chain), [3, 2, 1])

    def test_reverse_then_append(self):
        chain = Chain([1, 2, 3])
        chain.reverse()
        chain.append(0)
        self.assertEqual(list(chain), [3, 2, 1, 0])

    def test_index(self):
        chain = Chain("abc")
        self.assertEqual((chain[0], chain[2], chain[-1]), ("a", "c", "c"))
        with self.assertRaises(IndexError):
            chain[3]

    def test_contains(self):
        self.assertIn(2, Chain([1, 2]))
        self.assertNotIn(7, Chain([1, 2]))

    def test_equality(self):
        self.assertEqual(Chain([1]), Chain([1]))
        self.assertNotEqual(Chain([1]), Chain([2]))


class AlgorithmTests(unittest.TestCase):
    def test_merged(self):
        self.assertEqual(list(merged(Chain([1, 4, 6]), Chain([2, 3, 9, 10]))), [1, 2, 3, 4, 6, 9, 10])

    def test_middle(self):
        self.assertEqual(middle(Chain([1, 2, 3])), 2)
        self.assertIsNone(middle(Chain()))

    def test_middle_of_even(self):
        self.assertEqual(middle(Chain([1, 2, 3, 4])), 3)

    def test_without_repeats(self):
        self.assertEqual(list(without_repeats(Chain([1, 2, 1, 3, 2]))), [1, 2, 3])
