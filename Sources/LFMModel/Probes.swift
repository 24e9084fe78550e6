import CLFMKernels

/// What the machine gives this model's threads at most, measured: the limits that a step's speed is compared with.
extension Model {
  /// The rate at which a plain reader takes the weights that one decoded token needs, where they lie now: everything
  /// but the experts, and of each layer with experts as many as a token visits.
  ///
  /// - Parameters:
  ///   - passes: how often all of it is read, each time with other experts.
  ///   - seed: which experts.
  /// - Returns: bytes per second of all threads together.
  package func readingRate(passes: Int, seed: UInt64) -> Double {
    let used = hyperparameters.expertsPerToken
    let isPacked = !isExact
    return withTeam { team, weights in
      var seed = seed
      var total = 0
      var seconds = 0.0
      for _ in 0..<max(1, passes) {
        var pieces: [ReadPiece] = unsafe []
        unsafe total += weights.appendPieces(
          ofTokenVisiting: used, isPacked: isPacked, seed: &seed, to: &pieces)
        // One pass after the other: two threads in two passes would read what all tokens need at the same time, and one
        // of them from the shared cache.
        let begun = ContinuousClock.now
        unsafe pieces.withUnsafeBufferPointer { pieces in
          team.run(pieces.count) { _, index in
            unsafe _ = lfm_probe_read(pieces[index].start, pieces[index].count)
          }
        }
        seconds += (ContinuousClock.now - begun).seconds
      }
      return Double(total) / seconds
    }
  }

  /// The most 8-bit multiply-accumulates per second of all threads together, or `nil` where the processor has no
  /// instruction for them that this program knows.
  ///
  /// - Parameter rounds: the length of the measurement, in 65,536 operations of each thread (0.3 µs or so).
  package func integerPeak(rounds: Int) -> Double? {
    withTeam { team, _ in
      // Short pieces: a thread that comes late takes fewer.
      let pieces = team.count * 16
      let rounds = UInt64(max(1, rounds / 16))
      let begun = ContinuousClock.now
      team.run(pieces) { _, _ in _ = lfm_probe_int8(rounds) }
      let seconds = (ContinuousClock.now - begun).seconds
      let each = lfm_probe_int8(1)
      return each == 0 ? nil : Double(each) * Double(rounds) * Double(pieces) / seconds
    }
  }
}

/// A run of bytes that one thread reads. Valid while the weights live.
@unsafe private struct ReadPiece {
  let start: UnsafePointer<UInt8>
  let count: Int
}

extension Weights {
  /// Bytes of most pieces: so long that pulling them does not show, so short that all threads end together.
  private static let pieceLength = 1 << 20

  /// Cut what a token reads into pieces: with `used` experts of each layer that has some, chosen at random.
  ///
  /// - Returns: its bytes.
  fileprivate func appendPieces(
    ofTokenVisiting used: Int, isPacked: Bool, seed: inout UInt64, to pieces: inout [ReadPiece]
  ) -> Int {
    var total = 0
    func add(_ matrices: [Matrix]) {
      for matrix in matrices {
        let (start, count) = unsafe matrix.memory(isPacked: isPacked)
        total += count
        for offset in stride(from: 0, to: count, by: Self.pieceLength) {
          let length = min(Self.pieceLength, count - offset)
          unsafe pieces.append(ReadPiece(start: start + offset, count: length))
        }
      }
    }
    func add(_ dense: Dense) {
      let (gate, count) = unsafe dense.gate.memory(isPacked: isPacked)
      let up = unsafe dense.up.memory(isPacked: isPacked).start
      // Where their groups alternate, one holds the other.
      let isShared = unsafe gate < up && up < gate + count
      add(isShared ? [dense.gate, dense.down] : [dense.gate, dense.up, dense.down])
    }
    for layer in layers {
      switch layer.operation {
      case .attention(let attention):
        add([attention.query, attention.key, attention.value, attention.output])
      case .shortConvolution(let convolution): add([convolution.input, convolution.output])
      }
      switch layer.feedForward {
      case .dense(let dense): add(dense)
      case .experts(let experts):
        add([experts.router])
        for expert in Self.choose(used, of: experts.experts.count, seed: &seed) {
          add(experts.experts[expert])
        }
      }
    }
    add([head])
    return total
  }

  /// Some numbers below `count`, each once, ascending.
  private static func choose(_ used: Int, of count: Int, seed: inout UInt64) -> [Int] {
    var rest = Array(0..<count)
    var chosen: [Int] = []
    for _ in 0..<min(used, count) {
      // Knuth's linear congruential generator; its upper bits are good enough for a probe.
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      chosen.append(rest.remove(at: Int((seed >> 33) % UInt64(rest.count))))
    }
    return chosen.sorted()
  }
}

extension Duration {
  fileprivate var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
