import AWSWire
import Testing

@testable import LogsAPI

@Suite("Filter patterns") struct FilterPatternTests {
    private func finds(_ pattern: String, _ message: String) throws -> Bool {
        let pattern = try FilterPattern(pattern)
        return Array(message.utf8).withUnsafeBytes { pattern.matches($0) }
    }

    @Test(
        "of words",
        arguments: [
            ("", "anything", true), ("  ", "anything", true), ("\"\"", "anything", true),
            ("ERROR", "[ERROR 401] UNAUTHORIZED", true), ("error", "[ERROR 401]", false),
            ("ERROR 401", "401 then ERROR", true), ("ERROR 402", "401 then ERROR", false),
            ("\"then ERROR\"", "401 then ERROR", true), ("\"ERROR then\"", "401 then ERROR", false),
            ("?ERROR ?WARN", "a WARN b", true), ("?ERROR ?WARN", "a INFO b", false),
            ("ERROR -EXITING", "ERROR: EXITING", false), ("ERROR -EXITING", "ERROR: going on", true),
            ("-INFO", "WARN", true), ("-INFO", "INFO", false), ("-\"a b\"", "x a b", false),
            // Beside other words those with a question mark are passed over.
            ("ERROR ?WARN", "ERROR", true), ("ERROR ?WARN", "WARN", false),
            ("%\\d{3}-\\d{4}%", "call 555-1234 now", true), ("%^call$%", "call 555", false), ("-%a+%", "baab", false),
            ("\"say \\\"hi\\\"\"", "they say \"hi\"", true), ("größe", "die größe", true),
        ])
    func terms(pattern: String, message: String, expected: Bool) throws {
        #expect(try finds(pattern, message) == expected)
    }

    private static let line =
        #"127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#

    @Test(
        "of fields",
        arguments: [
            ("[ip, id, user, time, request, status, bytes]", true), ("[ip, id, user, time, request, status]", false),
            ("[ip, id, user, time, request, status = 404, bytes]", true),
            ("[ip, id, user, time, request, status = 4*, bytes]", true),
            ("[ip, id, user, time, request, status = 2*, bytes]", false),
            ("[ip, id, user, time, request, status != 200, bytes > 1000]", true),
            ("[ip, id, user, time, request, status, bytes > 2000]", false),
            ("[..., status = 404, bytes]", true), ("[ip, ..., bytes <= 1534]", true), ("[ip = 127.*, ...]", true),
            ("[..., request = \"*html*\", status, bytes]", true), ("[..., request = \"*php*\", status, bytes]", false),
            ("[..., s = 4* || s = 5*, b]", true), ("[..., s >= 400 && s < 404, b]", false),
            ("[..., time = \"10/Oct*\", r, s, b]", true), ("[w1 = %127\\..*%, ...]", true), ("[...]", true),
        ])
    func fields(pattern: String, expected: Bool) throws {
        #expect(try finds(pattern, FilterPatternTests.line) == expected)
    }

    private static let event = #"""
        {"level":"ERROR","code":500,"took":1.5,"ok":false,"gone":null,"user":{"name":"ann","ids":[1,2,30]},
         "a.b":"dotted","items":[{"n":1},{"n":2}]}
        """#

    @Test(
        "of JSON",
        arguments: [
            ("{ $.level = \"ERROR\" }", true), ("{ $.level = ERROR }", true), ("{ $.level = \"error\" }", false),
            ("{$.level=\"ERR*\"}", true), ("{ $.level != \"INFO\" }", true), ("{ $.missing != \"INFO\" }", false),
            ("{ $.code = 500 }", true), ("{ $.code > 499 && $.code < 501 }", true), ("{ $.code >= 501 }", false),
            ("{ $.took = 1.5 }", true), ("{ $.code = \"500\" }", true), ("{ $.ok IS FALSE }", true),
            ("{ $.ok IS TRUE }", false), ("{ $.gone IS NULL }", true), ("{ $.level IS NULL }", false),
            ("{ $.nothing NOT EXISTS }", true), ("{ $.level NOT EXISTS }", false), ("{ $.user.name = \"a*n\" }", true),
            ("{ $.user.ids[2] = 30 }", true), ("{ $.user.ids[3] NOT EXISTS }", true), ("{ $.user.ids[*] = 2 }", true),
            ("{ $.[\"a.b\"] = \"dotted\" }", true), ("{ $.items[*].n = 2 }", true), ("{ $.items[0].n = 2 }", false),
            ("{ ($.code = 1 || $.level = \"ERROR\") && $.ok IS FALSE }", true),
            ("{ $.code = 1 || $.level = \"INFO\" }", false), ("{ $.level = %^ERR% }", true),
            ("{ $.user = \"x\" }", false),
        ])
    func json(pattern: String, expected: Bool) throws {
        #expect(try finds(pattern, FilterPatternTests.event) == expected)
        #expect(try !finds(pattern, "no JSON"))
    }

    @Test(
        "that cannot be read are refused",
        arguments: [
            "\"open", "foo-bar", "?", "- x", "%a", "%(%", "%(?=a)%", "[a", "[a b]", "[]", "[..., ...]", "[a] b",
            "[a > x]", "{", "{}", "{ $.a }", "{ $.a = }", "{ $.a = 1", "{ $.a = 1 } x", "{ $. = 1 }", "{ $.a[x] = 1 }",
            "{ $.a IS 1 }", "{ $.a NOT }", "{ a = 1 }", "{ $.a > \"x\" }", "{ $.a[-1] = 1 }", "{ $.a[0 = 1 }",
            "{ " + String(repeating: "(", count: 60) + "$.a = 1" + String(repeating: ")", count: 60) + " }",
        ])
    func refused(pattern: String) {
        #expect { try FilterPattern(pattern) } throws: { ($0 as? WireError)?.code == "InvalidParameterException" }
    }

    @Test("cost no more than pattern times event")
    func isLinear() throws {
        let long = String(repeating: "a", count: 20_000)
        #expect(try !finds("%(a+)+$b%", long))
        #expect(try !finds("{ $.a = \"" + String(repeating: "a*", count: 400) + "b\" }", "{\"a\":\"\(long)\"}"))
    }
}
