/// What a caller may know of the model that is served.
public struct ModelDescription: Hashable, Sendable {
  /// `general.name` of the file, or its file name.
  public var name: String
  /// The GGUF architecture, such as `lfm2moe`.
  public var architecture: String
  public var parameterCount: UInt64
  public var fileSize: UInt64
  /// The type most of the weights are stored in, such as `Q4_K`.
  public var quantization: String
  public var vocabularySize: Int
  /// The most positions that one sequence may have here.
  public var contextLength: Int
  /// The family of the chat template, or `nil` if it is missing or unknown.
  public var chatTemplate: String?
  public var endOfGenerationTokens: [TokenID]
  /// Whether `logits` is allowed here.
  public var allowsLogits: Bool

  public init(
    name: String, architecture: String, parameterCount: UInt64, fileSize: UInt64,
    quantization: String, vocabularySize: Int, contextLength: Int, chatTemplate: String?,
    endOfGenerationTokens: [TokenID], allowsLogits: Bool
  ) {
    self.name = name
    self.architecture = architecture
    self.parameterCount = parameterCount
    self.fileSize = fileSize
    self.quantization = quantization
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.chatTemplate = chatTemplate
    self.endOfGenerationTokens = endOfGenerationTokens
    self.allowsLogits = allowsLogits
  }
}

/// A moment of a generator's life, for `status`.
public struct GeneratorActivity: Hashable, Sendable {
  public var waiting: Int
  public var running: Int
  public var finished: UInt64
  public var failed: UInt64
  public var promptTokens: UInt64
  public var generatedTokens: UInt64
  /// KV pages in use, and how many there can be.
  public var pagesInUse: Int
  public var pageCapacity: Int

  public init(
    waiting: Int = 0, running: Int = 0, finished: UInt64 = 0, failed: UInt64 = 0,
    promptTokens: UInt64 = 0, generatedTokens: UInt64 = 0, pagesInUse: Int = 0,
    pageCapacity: Int = 0
  ) {
    self.waiting = waiting
    self.running = running
    self.finished = finished
    self.failed = failed
    self.promptTokens = promptTokens
    self.generatedTokens = generatedTokens
    self.pagesInUse = pagesInUse
    self.pageCapacity = pageCapacity
  }
}
