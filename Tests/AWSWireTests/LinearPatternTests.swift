import Testing

@testable import AWSWire

@Suite("Patterns in linear time") struct LinearPatternTests {
    @Test(
        "match whole values",
        arguments: [
            ("", "", true), ("a", "", false), ("", "a", false), ("abc", "abc", true), ("abc", "abcd", false),
            ("a.c", "axc", true), ("a.c", "a\nc", false), (".*", "anything at all", true),
            ("t2\\..*", "t2.micro", true),
            ("(dev|test)", "test", true), ("(dev|test)", "devtest", false), ("a|b|", "", true),
            ("a(b|c)*d", "abccbd", true),
            ("(?:ab)+", "ababab", true), ("(?:ab)+", "aba", false), ("[a-c]+", "abcabc", true),
            ("[^a-c]+", "xyz", true),
            ("[^a-c]+", "xaz", false), ("[]x]+", "]x", true), ("[a\\]]+", "a]", true), ("[\\d_]+", "1_2", true),
            ("a{3}", "aaa", true), ("a{3}", "aa", false), ("a{2,}", "aaaaa", true), ("a{1,3}", "aaaa", false),
            ("a{0,2}b", "b", true), ("(a?){3}a{3}", "aaa", true), ("^prod-\\w+$", "prod-7", true), ("x^", "x", false),
            ("\\s\\S\\D\\W", " ax!", true), ("a*?b+?", "aab", true), ("ü+", "üü", true), ("a\\.b", "axb", false),
        ])
    func matches(pattern: String, value: String, expected: Bool) throws {
        #expect(try LinearPattern(pattern).matches(value) == expected)
    }

    @Test(
        "refuse what is none, or too much",
        arguments: [
            "(", ")", "a)", "[a", "*a", "a{", "a{x}", "a{3,2}", "a{9999}", "(a{900}){900}", "\\", "a++", "(?=a)",
            "(a)\\1",
            "[z-a]", "\\pL", String(repeating: "(", count: 60) + String(repeating: ")", count: 60),
        ])
    func refuses(pattern: String) {
        #expect(throws: LinearPatternError.self) { try LinearPattern(pattern) }
    }

    @Test(
        "are found anywhere in a value",
        arguments: [
            ("", "", true), ("b", "abc", true), ("^b", "abc", false), ("^ab", "abc", true), ("c$", "abc", true),
            ("b$", "abc", false), ("x", "", false), ("a.c", "zzabczz", true), ("^$", "", true), ("^$", "a", false),
        ])
    func finds(pattern: String, value: String, expected: Bool) throws {
        #expect(try LinearPattern(pattern).isFound(in: value) == expected)
    }

    @Test("cost the same however they are nested")
    func isLinear() throws {
        // A backtracking engine needs longer than the universe is old.
        #expect(try !LinearPattern("((a+)+)+$").matches(String(repeating: "a", count: 500) + "b"))
        #expect(try LinearPattern("(a*)*(a*)*b").matches(String(repeating: "a", count: 500) + "b"))
    }
}
