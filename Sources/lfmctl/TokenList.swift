// Token ids as people and programs write them.

import Foundation
import LFMGeneration

enum TokenList {
  /// Reads `1,2,3`.
  ///
  /// - Throws: `Failure` with `usage` that quotes what is no token id.
  static func parse(_ text: String) throws -> [TokenID] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { word in
      let trimmed = word.trimmingCharacters(in: .whitespaces)
      guard trimmed.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let token = TokenID(trimmed)
      else {
        throw Failure(
          .usage, "\"\(trimmed)\" is not a token id: ids are whole numbers from 0 to \(TokenID.max)"
        )
      }
      return token
    }
  }
}
