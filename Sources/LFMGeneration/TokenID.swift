/// The number of a token in a model's vocabulary, from 0 to the vocabulary's count less one.
///
/// A plain 32-bit integer, as every file format and peer has it; a negative one never reaches the model: the
/// border (`GenerationRequest.validated`, the wire) refuses it.
public typealias TokenID = Int32
