import CLFMKernels
import Foundation
import Testing

/// Norms, rotation, gates, sums, convolution and routing against plain loops in double precision.
@Suite struct OperationTests {
  static let lengths = [1, 2, 15, 16, 17, 36, 64, 250]

  static func near(_ found: Float, _ expected: Double, _ tolerance: Double = 2e-6) -> Bool {
    abs(Double(found) - expected) <= tolerance * max(1, abs(expected))
  }

  @Test(arguments: InstructionSet.all) func norm(_ set: InstructionSet) {
    var random = Random(state: 1)
    for length in Self.lengths {
      let x = random.floats(length, -3...3)
      let weight = random.floats(length, 0...2)
      var out = [Float](repeating: .nan, count: length)
      unsafe lfm_rms_norm(set.kernels, x, weight, length, 1e-5, &out)
      let mean = x.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(length)
      for i in 0..<length {
        #expect(Self.near(out[i], Double(x[i]) / (mean + 1e-5).squareRoot() * Double(weight[i])))
      }
    }
  }

  @Test(arguments: InstructionSet.all) func rotation(_ set: InstructionSet) {
    var random = Random(state: 2)
    for half in [1, 3, 16, 19, 32] {
      let x = random.floats(2 * half)
      let angles = random.floats(half, -3...3)
      let cosines = angles.map { Float(cos(Double($0))) }
      let sines = angles.map { Float(sin(Double($0))) }
      var head = x
      unsafe lfm_rotate(set.kernels, &head, cosines, sines, half)
      for i in 0..<half {
        let (c, s) = (cos(Double(angles[i])), sin(Double(angles[i])))
        #expect(Self.near(head[i], Double(x[i]) * c - Double(x[half + i]) * s))
        #expect(Self.near(head[half + i], Double(x[half + i]) * c + Double(x[i]) * s))
      }
    }
  }

  @Test(arguments: InstructionSet.all) func gate(_ set: InstructionSet) {
    var random = Random(state: 3)
    for length in Self.lengths {
      let g = random.floats(length, -20...20)
      let up = random.floats(length)
      var out = g
      unsafe lfm_gate(set.kernels, &out, up, length)
      for i in 0..<length {
        let x = Double(g[i])
        #expect(Self.near(out[i], x / (1 + exp(-x)) * Double(up[i])))
        // An element's value does not depend on where the row begins or ends.
        var one = [g[i]]
        unsafe lfm_gate(set.kernels, &one, [up[i]], 1)
        #expect(one[0].bitPattern == out[i].bitPattern)
      }
    }
    var extremes: [Float] = [.infinity, -.infinity, 1e30, -1e30, 89, -89, -0.0, .nan]
    unsafe lfm_gate(set.kernels, &extremes, [Float](repeating: 1, count: 8), 8)
    #expect(extremes[0] == .infinity && extremes[2] == 1e30 && extremes[4] == 89)
    #expect(abs(extremes[3]) < 1 && abs(extremes[5]) < 1e-30 && extremes[6] == 0)
    #expect(extremes[7].isNaN)
  }

  @Test(arguments: InstructionSet.all) func sums(_ set: InstructionSet) {
    var random = Random(state: 4)
    for length in Self.lengths {
      let x = random.floats(length)
      let parts = (0..<3).map { _ in random.floats(length) }
      let weights = random.floats(3)
      var added = x
      unsafe lfm_add(set.kernels, &added, parts[0], length)
      var combined = x
      unsafe parts[0].withUnsafeBufferPointer { a in
        unsafe parts[1].withUnsafeBufferPointer { b in
          unsafe parts[2].withUnsafeBufferPointer { c in
            let all = unsafe [a.baseAddress, b.baseAddress, c.baseAddress]
            unsafe lfm_combine(set.kernels, &combined, all, weights, 3, length)
          }
        }
      }
      for i in 0..<length {
        #expect(added[i] == x[i] + parts[0][i])
        let sum = (0..<3).reduce(Double(x[i])) { $0 + Double(weights[$1]) * Double(parts[$1][i]) }
        #expect(Self.near(combined[i], sum))
      }
    }
  }

  @Test(arguments: InstructionSet.all) func convolution(_ set: InstructionSet) {
    var random = Random(state: 5)
    for (hidden, taps, rows) in [(5, 2, 1), (16, 3, 4), (37, 3, 1), (40, 4, 9), (33, 8, 3)] {
      let input = random.floats(rows * 3 * hidden)
      let kernel = random.floats(taps * hidden)
      let before = random.floats((taps - 1) * hidden)
      var out = [Float](repeating: .nan, count: rows * hidden)
      var after = [Float](repeating: .nan, count: (taps - 1) * hidden)
      Self.run(
        set, input, kernel, before, &out, &after, hidden: hidden, taps: taps, rows: rows)
      func column(_ row: Int, _ c: Int) -> Double {
        row < 0
          ? Double(before[(taps - 1 + row) * hidden + c])
          : Double(input[row * 3 * hidden + c])
            * Double(input[row * 3 * hidden + 2 * hidden + c])
      }
      for row in 0..<rows {
        for c in 0..<hidden {
          let y = (0..<taps).reduce(0.0) {
            $0 + Double(kernel[$1 * hidden + c]) * column(row - (taps - 1) + $1, c)
          }
          let gate = Double(input[row * 3 * hidden + hidden + c])
          #expect(Self.near(out[row * hidden + c], gate * y))
        }
      }
      for t in 0..<taps - 1 {
        for c in 0..<hidden {
          #expect(Self.near(after[t * hidden + c], column(rows - (taps - 1) + t, c)))
        }
      }
    }
  }

  static func run(
    _ set: InstructionSet, _ input: [Float], _ kernel: [Float], _ before: [Float],
    _ out: inout [Float], _ after: inout [Float], hidden: Int, taps: Int, rows: Int
  ) {
    unsafe input.withUnsafeBufferPointer { input in
      unsafe out.withUnsafeMutableBufferPointer { out in
        unsafe after.withUnsafeMutableBufferPointer { after in
          unsafe kernel.withUnsafeBufferPointer { kernel in
            unsafe before.withUnsafeBufferPointer { before in
              let inputs: [UnsafePointer<Float>?] = unsafe (0..<rows).map {
                unsafe input.baseAddress! + $0 * 3 * hidden
              }
              let outputs: [UnsafeMutablePointer<Float>?] = unsafe (0..<rows).map {
                unsafe out.baseAddress! + $0 * hidden
              }
              unsafe inputs.withUnsafeBufferPointer { inputs in
                unsafe outputs.withUnsafeBufferPointer { outputs in
                  // In two runs of channels, as threads would.
                  for (begin, end) in [(0, hidden / 2), (hidden / 2, hidden)] {
                    var job = unsafe lfm_convolution_job(
                      inputs: inputs.baseAddress, outputs: outputs.baseAddress, rows: rows,
                      hidden: hidden, begin: begin, end: end, taps: taps,
                      kernel: kernel.baseAddress, before: before.baseAddress,
                      after: after.baseAddress)
                    unsafe lfm_convolution(set.kernels, &job)
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  @Test(arguments: InstructionSet.all) func routing(_ set: InstructionSet) {
    var random = Random(state: 6)
    for (experts, used) in [(1, 1), (3, 3), (5, 2), (32, 4), (64, 4), (1024, 8)] {
      let logits = random.floats(experts, -4...4)
      let bias = random.floats(experts, -0.3...0.3)
      var chosen = [Int32](repeating: -1, count: used)
      var weights = [Float](repeating: .nan, count: used)
      unsafe lfm_route(
        set.kernels, logits, bias, experts, used, 1, 1.5, &chosen, &weights)
      let scores = logits.map { 1 / (1 + exp(-Double($0))) }
      let ranked = (0..<experts).sorted {
        scores[$0] + Double(bias[$0]) > scores[$1] + Double(bias[$1])
      }
      let expected = ranked.prefix(used).sorted()
      #expect(chosen.map(Int.init) == expected)
      let sum = expected.reduce(0) { $0 + scores[$1] }
      for (rank, expert) in expected.enumerated() {
        #expect(Self.near(weights[rank], scores[expert] / (sum + 1e-6) * 1.5))
      }
    }
  }

  @Test(arguments: InstructionSet.all) func tiesGoToTheLowestIndex(_ set: InstructionSet) {
    var chosen: [Int32] = [0, 0]
    var weights: [Float] = [0, 0]
    unsafe lfm_route(
      set.kernels, [1, 2, 2, 2, 1], nil, 5, 2, 0, 1, &chosen, &weights)
    #expect(chosen == [1, 2])
    #expect(Self.near(weights[0], 1 / (1 + exp(-2))))
    // Numbers that are none still give different experts, each of which exists.
    unsafe lfm_route(
      set.kernels, [Float](repeating: .nan, count: 5), nil, 5, 2, 1, 1, &chosen, &weights)
    #expect(chosen[0] < chosen[1] && chosen[0] >= 0 && chosen[1] < 5)
  }
}
