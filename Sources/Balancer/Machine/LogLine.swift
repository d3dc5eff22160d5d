import NodeLink

/// A line of HAProxy's log: see `LogFormat`.
enum LogLine: Sendable, Equatable {
    case http(HTTPRequestLog)
    case tcp(ConnectionLog)

    /// - Returns: nil for what is no line of ours: HAProxy's own messages.
    ///
    /// There is one for many a request, so they are read as the bytes they are.
    init?(_ bytes: ArraySlice<UInt8>) {
        // `<6>`: lines of the pipe have their level before them.
        let hasLevel = bytes.first == UInt8(ascii: "<")
        let isSampled = bytes.starts(with: LogFormat.sampledPrefix.utf8)
        let bytes = hasLevel ? bytes.dropFirst(LogFormat.sampledPrefix.utf8.count) : bytes
        guard bytes.count > 1, bytes[bytes.startIndex + 1] == UInt8(ascii: " ") else { return nil }
        let fields = LogFields(
            bytes.split(separator: UInt8(ascii: " "), maxSplits: 30, omittingEmptySubsequences: false))
        switch bytes[bytes.startIndex] {
        case UInt8(ascii: "H"):
            guard let log = HTTPRequestLog(fields, weight: isSampled ? LogFormat.sampled : 1) else { return nil }
            self = .http(log)
        case UInt8(ascii: "T"):
            guard let log = ConnectionLog(fields) else { return nil }
            self = .tcp(log)
        default: return nil
        }
    }
}

/// A request.
struct HTTPRequestLog: Sendable, Equatable {
    var frontend: String
    var backend: String
    var server: String
    /// -1: the client was gone before there was any.
    var status: Int
    /// Milliseconds; -1: it did not come so far.
    var requestTime: Int
    var queueTime: Int
    var connectTime: Int
    var responseTime: Int
    var totalTime: Int
    var bytesIn: Int
    var bytesOut: Int
    /// Two letters: who ended it, and in which phase.
    var ending: String
    /// The place of the rule in its listener.
    var rule: Int?
    /// How many requests this line stands for.
    var weight: Int
    var details: Details?

    /// Whether the status is the target's: its head had come.
    var isAnswered: Bool { responseTime >= 0 }

    /// Whether there was a target for it.
    var isDispatched: Bool { server != "<NOSRV>" }

    /// Whether the client was gone before there was an answer: 460 for access logs and metrics.
    var isGivenUp: Bool { !isAnswered && ending.hasPrefix("C") && (status < 0 || ending == "CH") }

    /// What only an access log needs.
    struct Details: Sendable, Equatable {
        var client: String
        var target: String?
        var cipher: String
        var tlsVersion: String
        /// Milliseconds since 1970: when the request came.
        var time: Int64
        var trace: String
        var host: String
        var redirect: String
        var method: String
        var version: String
        var url: String
        var agent: String
    }

    init?(_ fields: LogFields, weight: Int) {
        guard fields.count >= 14, let status = fields.number(4), let total = fields.number(9),
            let bytesIn = fields.number(10), let bytesOut = fields.number(11)
        else { return nil }
        frontend = fields.frontend
        backend = fields.text(2)
        server = fields.text(3)
        self.status = status
        requestTime = fields.number(5) ?? -1
        queueTime = fields.number(6) ?? -1
        connectTime = fields.number(7) ?? -1
        responseTime = fields.number(8) ?? -1
        totalTime = total
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
        ending = fields.text(12)
        rule = fields.text(13) == LogFormat.onlyRule ? (backend == frontend ? nil : 0) : fields.number(13)
        self.weight = weight
        guard fields.count >= 28 else { return }
        let seconds = Int64(fields.number(20) ?? 0)
        details = Details(
            client: "\(fields.text(14)):\(fields.text(15))",
            target: fields.text(16) == "-" ? nil : "\(fields.text(16)):\(fields.text(17))", cipher: fields.text(18),
            tlsVersion: fields.text(19), time: seconds * 1_000 + Int64(fields.number(21) ?? 0), trace: fields.text(22),
            host: fields.text(23), redirect: fields.text(24), method: fields.text(25), version: fields.text(26),
            url: fields.text(27), agent: fields.rest(from: 28))
    }
}

/// A connection of a Network Load Balancer.
struct ConnectionLog: Sendable, Equatable {
    var frontend: String
    var backend: String
    var server: String
    var totalTime: Int
    var bytesIn: Int
    var bytesOut: Int
    var ending: String

    init?(_ fields: LogFields) {
        guard fields.count == 9, let total = fields.number(5), let bytesIn = fields.number(6),
            let bytesOut = fields.number(7)
        else { return nil }
        frontend = fields.frontend
        backend = fields.text(2)
        server = fields.text(3)
        totalTime = total
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
        ending = fields.text(8)
    }
}

/// The fields of a line.
struct LogFields {
    private let fields: [ArraySlice<UInt8>]

    init(_ fields: [ArraySlice<UInt8>]) { self.fields = fields }

    var count: Int { fields.count }

    /// The first name; HAProxy puts a tilde behind it when there was TLS.
    var frontend: String {
        let name = fields[1]
        return String(decoding: name.last == UInt8(ascii: "~") ? name.dropLast() : name, as: UTF8.self)
    }

    func text(_ index: Int) -> String { String(decoding: fields[index], as: UTF8.self) }

    func rest(from index: Int) -> String {
        fields.count > index ? fields[index...].map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ") : ""
    }

    /// A whole number, perhaps with a sign; nil for anything else.
    func number(_ index: Int) -> Int? {
        var bytes = fields[index]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
        guard (1...18).contains(bytes.count) else { return nil }
        var value = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return isNegative ? -value : value
    }
}
