import Testing

@testable import LFMLanguage

@Suite struct URIReferenceTests {
  /// From RFC 3986, 5.4, and addresses that are no hierarchies.
  @Test(arguments: [
    ("http://a/b/c/d;p?q", "g", "http://a/b/c/g"), ("http://a/b/c/d;p?q", "./g", "http://a/b/c/g"),
    ("http://a/b/c/d;p?q", "g/", "http://a/b/c/g/"), ("http://a/b/c/d;p?q", "/g", "http://a/g"),
    ("http://a/b/c/d;p?q", "//g", "http://g"), ("http://a/b/c/d;p?q", "?y", "http://a/b/c/d;p?y"),
    ("http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"), ("http://a/b/c/d;p?q", "..", "http://a/b/"),
    ("http://a/b/c/d;p?q", "../../g", "http://a/g"),
    ("http://a/b/c/d;p?q", "../../../g", "http://a/g"),
    ("http://a", "g", "http://a/g"), ("", "g.json", "g.json"), ("urn:a:b", "#x", "urn:a:b"),
    ("http://a/b", "urn:c:d", "urn:c:d"),
  ])
  func resolves(base: String, reference: String, result: String) {
    #expect(URIReference(reference).resolved(against: URIReference(base)).resource == result)
  }

  @Test func percents() {
    #expect(URIReference.withoutPercents("/a%25b%C3%A9") == "/a%bé")
    #expect(URIReference.withoutPercents("%C3") == nil)
    #expect(URIReference.withoutPercents("%4") == nil)
  }
}
