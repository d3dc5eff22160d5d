import NodeLink
import Testing

@testable import Balancer

@Suite("Log lines, measurements and checks")
struct LogTests {
    private let frontend = "app.web.50dc6c495c0c9188.f2f7dc8efc522ab2"
    private var configuration: Configuration {
        Sample.application([
            Sample.fixed("x", priority: 5, [.methods(values: ["PUT"])]), Sample.forward("blue/1", priority: 7),
        ])
    }

    private func line(_ text: String) throws -> LogLine {
        try #require(LogLine(Array(text.split(separator: "FRONTEND").joined(separator: frontend).utf8)[...]))
    }

    @Test("a request is counted for its load balancer and its group")
    func counts() throws {
        var counter = TrafficCounter()
        let names = TrafficNames(configuration)
        counter.take(try line("H FRONTEND tg-blue.1 t1 200 0 0 1 250 251 85 153 -- 1"), names)
        counter.take(try line("H FRONTEND tg-blue.1 t1 502 0 0 -1 -1 2 85 153 SC 1"), names)
        counter.take(try line("H FRONTEND FRONTEND <NOSRV> 200 0 -1 -1 -1 0 85 153 LR 0"), names)
        counter.take(try line("<6>H FRONTEND tg-blue.1 <NOSRV> 503 0 0 -1 -1 0 85 153 SC 1"), names)
        counter.take(try line("H other tg-blue.1 t1 200 0 0 1 250 251 85 153 -- 1"), names)
        let found = counter.drain(names)
        func sum(_ metric: String, _ group: String?) -> Double? {
            found.first { $0.metric == metric && $0.targetGroup == group }?.sum
        }
        #expect(sum("RequestCount", nil) == 2)
        #expect(sum("RequestCount", "blue/1") == 2)
        #expect(sum("HTTPCode_Target_2XX_Count", "blue/1") == 1)
        #expect(sum("HTTPCode_ELB_502_Count", nil) == 1)
        #expect(sum("HTTPCode_ELB_503_Count", nil) == 1)
        #expect(sum("TargetConnectionErrorCount", "blue/1") == 1)
        #expect(sum("HTTP_Fixed_Response_Count", nil) == 1)
        #expect(sum("ProcessedBytes", nil) == 952.0)
        let time = try #require(found.first { $0.metric == "TargetResponseTime" && $0.targetGroup == "blue/1" })
        #expect(time.counts == [1])
        #expect(abs(time.values[0] - 0.25) / 0.25 < 0.0101)
        #expect(counter.drain(names).isEmpty)
    }

    @Test("a line of a busy listener stands for many requests")
    func weights() throws {
        var counter = TrafficCounter()
        let names = TrafficNames(Sample.application([Sample.forward("blue/1", priority: nil)]))
        counter.take(try line("<5>H FRONTEND tg-blue.1 t1 200 0 0 1 250 251 85 15 -- ="), names)
        counter.take(try line("<6>H FRONTEND tg-blue.1 t1 200 0 0 1 250 251 85 15 -- ="), names)
        counter.take(try line("<6>H FRONTEND~ FRONTEND <NOSRV> 400 0 -1 -1 -1 0 85 15 LR ="), names)
        let found = counter.drain(names)
        func sum(_ metric: String) -> Double? { found.first { $0.metric == metric && $0.targetGroup == nil }?.sum }
        #expect(sum("RequestCount") == 33)
        #expect(sum("RuleEvaluations") == 33)
        #expect(sum("HTTPCode_Target_2XX_Count") == 33)
        #expect(sum("HTTPCode_ELB_4XX_Count") == 1)
        #expect(sum("ProcessedBytes") == 3_400)
        #expect(found.first { $0.metric == "TargetResponseTime" }?.counts == [33])
    }

    @Test(
        "what is no line of ours is none",
        arguments: ["", "<", "<6>", "<6>H", "H", "H a b c", "Server a is UP", "T a b c 1 x 2 3 --", "H \u{0}"])
    func others(text: String) { #expect(LogLine(Array(text.utf8)[...]) == nil) }

    @Test("an access log's entry has the fields of an Application Load Balancer")
    func entry() throws {
        let text =
            "H FRONTEND tg-blue.1 t1 200 1 0 2 250 254 85 153 -- 1 10.0.0.9 4711 10.0.0.1 80 - - 1700000000 500 "
            + "Root%3d1-6b0ae50c-1 shop.example.com - GET HTTP/1.1 /a?b=c curl \"x\"\u{7}"
        guard case .http(let log) = try line(text) else { return }
        let entry = AccessLogEntry(
            log: log, listener: configuration.loadBalancers[0].listeners[0], loadBalancer: "app/web/1",
            targetGroup: "blue/1")
        #expect(
            entry.text
                == "http 2023-11-14T22:13:20.754Z app/web/1 10.0.0.9:4711 10.0.0.1:80 0.003 0.250 0.000 200 200 85 153 "
                + "\"GET http://shop.example.com:80/a?b=c HTTP/1.1\" \"curl \\x22x\\x22\\x07\" - - blue/1 "
                + "\"Root=1-6b0ae50c-1\" \"-\" \"-\" 7 2023-11-14T22:13:20.500Z \"forward\" \"-\" \"-\" "
                + "\"10.0.0.1:80\" \"200\" \"-\" \"-\" -")
    }

    @Test(
        "a check's answer is read as far as it has come",
        arguments: [
            ("HTTP/1.1 200 OK\r\n", CheckResult?.some(.passed)), ("HTTP/1.1 20", nil),
            ("SSH-2.0\r\n", .failed(.failed)),
            ("HTTP/1.1 502 x\r\n", .failed(.codes(502))),
        ])
    func answers(text: String, result: CheckResult?) {
        let check = Check(
            Sample.group("blue/1"), .init(id: "a", address: "10.0.0.1", port: 80, state: .active, zone: nil))
        #expect(HealthChecker.result(Array(text.utf8), check, isWhole: false) == result)
        #expect(HealthChecker.result([], check, isWhole: true) == .failed(.failed))
    }

    @Test("a gRPC check looks at the status in head or trailer")
    func grpc() {
        var group = Sample.group("blue/1")
        group.protocolVersion = .grpc
        group.healthCheck.path = "/AWS.ALB/health check"
        group.healthCheck.matcher = [.init(12, 12)]
        let check = Check(group, .init(id: "a", address: "10.0.0.1", port: 80, state: .active, zone: nil))
        #expect(check.method == .probe("probe-h2"))
        let request = String(decoding: HealthChecker.request(check), as: UTF8.self)
        #expect(request.hasPrefix("POST /AWS.ALB/health%20check HTTP/1.1\r\nHost: 10.0.0.1:80\r\n"))
        #expect(request.contains("X-Roost-Probe: probe-h2\r\n"))
        func result(_ text: String, _ isWhole: Bool) -> CheckResult? {
            HealthChecker.result(Array(text.utf8), check, isWhole: isWhole)
        }
        #expect(result("HTTP/1.1 200 OK\r\ngrpc-status: 12\r\n\r\n", false) == .passed)
        #expect(result("HTTP/1.1 200 OK\r\n\r\n5\r\nhello\r\n0\r\nGrpc-Status: 0\r\n\r\n", false) == .failed(.codes(0)))
        #expect(result("HTTP/1.1 200 OK\r\n\r\n", false) == nil)
        #expect(result("HTTP/1.1 200 OK\r\n\r\n", true) == .failed(.failed))
        #expect(result("HTTP/1.1 502 x\r\nserver: awselb/2.0\r\n\r\n", true) == .failed(.failed))
    }
}

@Suite("HAProxy's statistics") struct HAProxyStatisticsTests {
    private let statistics = HAProxyStatistics(
        """
        # pxname,svname,scur,srv_icur,connect,
        web,FRONTEND,5,,,
        tg-a.1,i-1:80,1,2,7,
        tg-a.1,i-2:80,1,3,8,
        tg-a.1,BACKEND,2,,15,

        """)

    @Test("a column by another one") func values() {
        #expect(statistics.values("scur", by: "pxname", where: "FRONTEND") == ["web": 5])
        #expect(statistics.values("connect", by: "pxname", where: "BACKEND") == ["tg-a.1": 15])
        #expect(statistics.values("scur", by: "svname")["i-2:80"] == 1)
        #expect(statistics.values("nothing", by: "pxname").isEmpty)
    }

    @Test("servers add up") func sums() {
        #expect(statistics.sums("srv_icur", by: "pxname") == ["tg-a.1": 5])
        #expect(statistics.sums("nothing", by: "pxname").isEmpty)
    }
}
