// The number of a token. This room may not import LFMGeneration, which has the same alias.

/// The number of a token in a vocabulary, from 0 to the vocabulary's count less one.
package typealias TokenID = Int32
