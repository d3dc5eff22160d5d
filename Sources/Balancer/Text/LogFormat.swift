/// The lines HAProxy sends us: one for each request or connection. Fields are separated by one space; what clients
/// choose is encoded, or last.
enum LogFormat {
    /// Frontend, backend, server, status, times in milliseconds (request, queue, connection, response, all), bytes
    /// from and to the client, how it ended, the rule's number, whether the target answered.
    private static let short =
        "H %f %b %s %ST %TR %Tw %Tc %Tr %Ta %U %B %ts %[var(txn.rule)] %[var(txn.answered)]"

    /// With what an access log needs besides: client, target, TLS, time, trace, host, redirect, request, agent.
    private static let long =
        short + " %ci %cp %si %sp %sslc %sslv %Ts %ms %[var(txn.trace)] %[var(txn.host)] "
        + "%[var(txn.location),url_enc] %HM %HV %HU %[var(txn.agent)]"

    /// Where the lines go: into the pipe that HAProxy was started with, or into the ring when they are of an access
    /// log. What is short is written whole or not at all, whoever else writes.
    static func target(isLong: Bool) -> String {
        isLong ? "log ring@requests local0" : "log fd@\(HAProxyProcess.logDescriptor) len 4096 format raw local0"
    }

    static func http(isLong: Bool) -> String { HAProxySyntax.word(isLong ? long : short) }

    /// Frontend, backend, server, times in milliseconds (connection, all), bytes from and to the client, how it ended.
    static let tcp = HAProxySyntax.word("T %f %b %s %Tc %Tt %U %B %ts")
}
