import NodeLink

/// A line of HAProxy's log: see `LogFormat`.
enum LogLine: Sendable, Equatable {
    case http(HTTPRequestLog)
    case tcp(ConnectionLog)

    /// - Returns: nil for what is no line of ours: HAProxy's own messages.
    init?(_ bytes: some Sequence<UInt8>) {
        let text = String(decoding: Array(bytes), as: UTF8.self)
        let fields = text.split(separator: " ", maxSplits: 30, omittingEmptySubsequences: false)
        switch fields.first {
        case "H":
            guard let log = HTTPRequestLog(fields) else { return nil }
            self = .http(log)
        case "T":
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
    /// Whether the status is the target's.
    var isAnswered: Bool
    var details: Details?

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

    init?(_ fields: [Substring]) {
        guard fields.count >= 15, let status = Int(fields[4]), let total = Int(fields[9].drop { $0 == "+" }),
            let bytesIn = Int(fields[10]), let bytesOut = Int(fields[11].drop { $0 == "+" })
        else { return nil }
        frontend = String(fields[1].hasSuffix("~") ? fields[1].dropLast() : fields[1])
        backend = String(fields[2])
        server = String(fields[3])
        self.status = status
        requestTime = Int(fields[5]) ?? -1
        queueTime = Int(fields[6]) ?? -1
        connectTime = Int(fields[7]) ?? -1
        responseTime = Int(fields[8]) ?? -1
        totalTime = total
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
        ending = String(fields[12])
        rule = Int(fields[13])
        isAnswered = fields[14] == "1"
        guard fields.count >= 29 else { return }
        let seconds = Int64(fields[21]) ?? 0
        details = Details(
            client: "\(fields[15]):\(fields[16])", target: fields[17] == "-" ? nil : "\(fields[17]):\(fields[18])",
            cipher: String(fields[19]), tlsVersion: String(fields[20]),
            time: seconds * 1_000 + (Int64(fields[22]) ?? 0), trace: String(fields[23]), host: String(fields[24]),
            redirect: String(fields[25]), method: String(fields[26]), version: String(fields[27]),
            url: String(fields[28]), agent: fields[29...].joined(separator: " "))
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

    init?(_ fields: [Substring]) {
        guard fields.count == 9, let total = Int(fields[5].drop { $0 == "+" }), let bytesIn = Int(fields[6]),
            let bytesOut = Int(fields[7].drop { $0 == "+" })
        else { return nil }
        frontend = String(fields[1].hasSuffix("~") ? fields[1].dropLast() : fields[1])
        backend = String(fields[2])
        server = String(fields[3])
        totalTime = total
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
        ending = String(fields[8])
    }
}
