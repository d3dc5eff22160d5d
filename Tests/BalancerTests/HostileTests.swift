import Foundation
import NodeLink
import Testing

@testable import Balancer

/// Texts that would like to be more than texts. Whatever they are, and wherever they stand, no line of HAProxy's
/// configuration is more or other than it would be without them.
@Suite("Hostile texts")
struct HostileTests {
    static let texts = [
        "a\nhttp-request deny\n", "a\r\nbackend evil\r\n", "' http-request deny '", "\" deny \"", "a'b\"c", "\\", "\\'",
        "a \\\n b", "%[env(HOME)]", "%{+Q}o", "${HOME}", "$HOME", "a # b", "{ always_true }", "} { }", "a if TRUE",
        "a\tb", "-f /etc/passwd", "--", "[", "(", "(?{x})", "x)\n(", "a,b)", "*'*", "?\u{1}?", "\u{7F}", "é 漢字", "a\0b",
        "stats socket /tmp/evil", "\\x0a", "a;b", "|", "`id`", "",
    ]

    @Test("stay what they are, and HAProxy takes or refuses but them", arguments: texts)
    func hostile(text: String) throws {
        var environment = Sample.environment
        let configuration = HostileTests.configuration(text)
        let servers = ["blue/1": [Sample.server(text), Sample.server("b", text)]]
        for _ in 0..<20 {
            let draft = HAProxyMaker.make(configuration, servers: servers, in: environment)
            let (made, owners) = draft.configuration.text()
            let lines = made.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count == owners.count, "a text has made lines of its own")
            for line in lines {
                let word = line.split(separator: " ").first.map(String.init) ?? ""
                #expect(HostileTests.directives.contains(word), "\(line)")
                #expect(!HostileTests.isMeddled(line), "\(line)")
            }
            guard let words = try HAProxyCheck.verdict(draft) else { return }
            // What HAProxy does not take is a rule's or a listener's, and is left out.
            let faults = HAProxyCheck.lines(words).compactMap { owners.indices.contains($0 - 1) ? owners[$0 - 1] : nil }
            try #require(!faults.isEmpty, "\(words)")
            for fault in faults { environment.rejected[fault] = "no" }
        }
        Issue.record("HAProxy takes it in no form")
    }

    /// Whether a word of ours would decide something because of the text. Patterns stand last, behind `--`.
    private static func isMeddled(_ line: Substring) -> Bool {
        let words = HostileTests.words(line)
        let decisive = words.contains("--") ? words.dropLast() : words[...]
        return decisive.contains { ["deny", "always_true", "TRUE", "-f", "/etc/passwd", "evil", "#"].contains($0) }
            || words.filter { $0 == "if" }.count > 1 || words.filter { $0 == "socket" }.count > 1
    }

    /// The words of a line as HAProxy reads it.
    private static func words(_ line: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        var isWord = false
        var isQuoted = false
        var isEscaped = false
        for character in line {
            if isEscaped {
                word.append(character)
                isEscaped = false
            } else if isQuoted {
                if character == "'" { isQuoted = false } else { word.append(character) }
            } else if character == "\\" {
                isEscaped = true
                isWord = true
            } else if character == "'" {
                isQuoted = true
                isWord = true
            } else if character == " " {
                if isWord { words.append(word) }
                word = ""
                isWord = false
            } else {
                // An unquoted one would begin a comment, a string or a variable.
                #expect(!"#\"$".contains(character), "\(line)")
                word.append(character)
                isWord = true
            }
        }
        #expect(!isQuoted && !isEscaped, "\(line)")
        return isWord ? words + [word] : words
    }

    private static let directives: Set<String> = [
        "", "global", "ring", "defaults", "frontend", "backend", "stats", "log", "hard-stop-after", "tune.bufsize",
        "tune.http.maxhdr", "tune.maxpollevents", "format", "maxlen", "size", "timeout", "server", "mode", "retries",
        "option", "http-reuse",
        "http-error", "bind", "log-format", "tcp-request", "http-after-response", "http-request", "http-response",
        "acl",
        "use_backend", "default_backend", "no", "balance", "use-server", "hash-type",
    ]

    private static func configuration(_ text: String) -> Configuration {
        let both: [Configuration.Pattern] = [.wildcard(text: text), .wildcard(text: text + "*"), .regex(text: text)]
        let conditions: [Configuration.Condition] = [
            .hosts(values: both), .paths(values: both), .header(name: text, values: both),
            .header(name: "X-Good", values: both), .methods(values: [text]),
            .query(values: [.init(key: text, value: text), .init(key: nil, value: text)]), .sources(values: [text]),
        ]
        var rules = conditions.enumerated().map { Sample.fixed(text, priority: $0 + 1, [$1]) }
        rules.append(
            .init(
                id: text, priority: 50,
                action: .redirect(
                    .init(statusCode: 301, scheme: text, host: text, port: text, path: text, query: text))))
        var rewriting = Sample.forward("blue/1", priority: 60)
        rewriting.transforms = [
            .url(rewrites: [.init(regex: text, replacement: text)]),
            .host(rewrites: [.init(regex: "x", replacement: text)]),
        ]
        rules.append(rewriting)
        rules.append(
            .init(
                id: "type", priority: nil,
                action: .fixedResponse(.init(statusCode: 200, contentType: text, body: text))))
        var configuration = Sample.application(rules)
        configuration.loadBalancers[0].dnsName = text
        configuration.loadBalancers[0].accessLog = .init(bucket: text, prefix: text)
        configuration.loadBalancers[0].sendsTLSHeaders = true
        configuration.loadBalancers[0].listeners[0].responseHeaders = [
            .init(name: text, value: text), .init(name: "X-Good", value: text),
        ]
        configuration.targetGroups[0].stickiness = .appCookie(name: text, seconds: 1)
        configuration.certificates = [.init(id: text, pem: Golden.pem)]
        var secure = Configuration.Listener(id: "app/" + text, port: 443, transport: .https)
        secure.certificates = [text]
        secure.alpn = [text]
        secure.requestHeaderNames = ["X-Amzn-Tls-Version": text]
        secure.tls = .init(minimum: .tls12, maximum: .tls13, ciphers: ["AES128-SHA"])
        secure.rules = [Sample.forward("blue/1")]
        configuration.loadBalancers[0].listeners.append(secure)
        return configuration
    }
}
