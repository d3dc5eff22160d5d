/// The lines HAProxy sends us: of requests and of connections. Fields are separated by one space; what clients
/// choose is encoded, or last.
enum LogFormat {
    /// Frontend, backend, server, status, times in milliseconds (request, queue, connection, response, all), bytes
    /// from and to the client, how it ended.
    private static let begin = "H %f %b %s %ST %TR %Tw %Tc %Tr %Ta %U %B %ts"

    /// What an access log needs besides: client, target, TLS, time, trace, host, redirect, request, agent.
    private static let details =
        "%ci %cp %si %sp %sslc %sslv %Ts %ms %[var(txn.trace)] %[var(txn.host)] "
        + "%[var(txn.location),url_enc] %HM %HV %HU %[var(txn.agent)]"

    /// A rule that nobody had to look for: the one of every request that came to a backend.
    static let onlyRule = "="

    /// A busy listener has a line for one in so many answers that were no errors; and from which rate on (requests per
    /// second) it is busy. A line for each would cost a tenth of HAProxy's time.
    static let sampled = 32
    static let busy = 4_000

    /// How serious the lines are that stand for `sampled` requests; all others have the level that HAProxy gives them.
    /// Source: RFC 5424, section 6.2.1: 5 is "notice".
    private static let sampledLevel = "notice"
    static let sampledPrefix = "<5>"

    /// Where the lines go: into the pipe that HAProxy was started with, with their level before them, or into the ring
    /// when they are of an access log. What is short is written whole or not at all, whoever else writes.
    static func target(isLong: Bool) -> String {
        isLong ? "log ring@requests local0" : "log fd@\(HAProxyProcess.logDescriptor) len 4096 format short local0"
    }

    /// With the number of the rule.
    static func http(isLong: Bool, hasOneRule: Bool) -> String {
        let rule = hasOneRule ? onlyRule : "%[var(txn.rule)]"
        return HAProxySyntax.word(isLong ? "\(begin) \(rule) \(details)" : "\(begin) \(rule)")
    }

    /// Keeps the lines that are not to be. What a listener that is not busy answers, and every error, has its own.
    static let sampling = [
        "http-response allow if { fe_req_rate le \(busy) } or { status ge 400 }",
        "http-response set-log-level silent",
        "http-response set-log-level \(sampledLevel) if { rand(\(sampled)) 0 }",
    ]

    /// Frontend, backend, server, times in milliseconds (connection, all), bytes from and to the client, how it ended.
    static let tcp = HAProxySyntax.word("T %f %b %s %Tc %Tt %U %B %ts")
}
