import NodeLink
import Testing

@testable import Balancer

@Suite("From one configuration of HAProxy to another")
struct ApplyPlanTests {
    private func make(
        _ configuration: Configuration, _ servers: [ServerView] = [Sample.server("a")]
    ) -> HAProxyConfiguration {
        HAProxyMaker.make(configuration, servers: ["blue/1": servers], in: Sample.environment).configuration
    }

    @Test("the same needs nothing")
    func nothing() {
        let configuration = make(Sample.application([Sample.forward("blue/1")]))
        #expect(ApplyPlan.make(from: configuration, to: configuration) == .nothing)
    }

    @Test("targets come and go while HAProxy runs, new ones first")
    func servers() throws {
        let base = Sample.application([Sample.forward("blue/1")])
        let old = make(base, [Sample.server("a"), Sample.server("b")])
        let new = make(base, [Sample.server("b", isReady: false), Sample.server("c", "10.0.0.3")])
        guard case .steps(let steps) = ApplyPlan.make(from: old, to: new) else {
            Issue.record("a reload")
            return
        }
        let texts = steps.flatMap { $0.commands(in: "/run/roost") }.map(\.text)
        let names = old.servers["tg-blue.1"]?.map(\.name) ?? []
        let added = try #require(new.servers["tg-blue.1"]?.last?.name)
        #expect(
            texts == [
                "set server tg-blue.1/\(names[1]) state maint",
                "add server tg-blue.1/\(added) 10.0.0.3:80"
                    + " pool-purge-delay 5s pool-max-conn -1 pool-low-conn 128 weight 100",
                "set server tg-blue.1/\(added) weight 100",
                "set server tg-blue.1/\(added) state ready",
                "set server tg-blue.1/\(names[0]) state maint",
            ])
    }

    @Test("a target that speaks HTTP/2 comes with a reload, and goes without one")
    func multiplexed() {
        var base = Sample.application([Sample.forward("blue/1")])
        for index in base.targetGroups.indices { base.targetGroups[index].protocolVersion = .grpc }
        let one = make(base, [Sample.server("a")])
        let two = make(base, [Sample.server("a"), Sample.server("b")])
        #expect(ApplyPlan.make(from: one, to: two) == .reload)
        guard case .steps(let steps) = ApplyPlan.make(from: two, to: one) else {
            Issue.record("a reload")
            return
        }
        #expect(steps.count == 1)
    }

    @Test("weights change while HAProxy runs, as a whole")
    func weights() {
        func rule(_ blue: Int, _ green: Int) -> Configuration.Rule {
            .init(
                id: "r", priority: nil,
                action: .forward(
                    groups: [.init(targetGroup: "blue/1", weight: blue), .init(targetGroup: "green/2", weight: green)],
                    stickinessSeconds: nil))
        }
        let old = make(Sample.application([rule(1, 0)]))
        let new = make(Sample.application([rule(1, 3)]))
        let file = "maps/app.web.50dc6c495c0c9188.f2f7dc8efc522ab2.forward"
        let lines = ["0:249999 tg-blue.1", "250000:999999 tg-green.2"]
        #expect(ApplyPlan.make(from: old, to: new) == .steps([.setMap(file: file, lines: lines)]))
        #expect(
            RuntimeStep.setMap(file: file, lines: lines).commands(in: "/r").map(\.text) == [
                "prepare map /r/\(file)", "add map @@ /r/\(file) <<\n0:249999 tg-blue.1\n250000:999999 tg-green.2\n",
                "commit map @@ /r/\(file)",
            ])
    }

    /// An HTTPS listener with these certificates.
    private func secure(_ certificates: [(id: String, pem: String)]) -> HAProxyConfiguration {
        var base = Sample.application([Sample.forward("blue/1")])
        base.certificates = certificates.map { .init(id: $0.id, pem: $0.pem) }
        base.loadBalancers[0].listeners[0].transport = .https
        base.loadBalancers[0].listeners[0].certificates = certificates.map(\.id)
        return make(base)
    }

    @Test("a certificate that is imported anew changes while HAProxy runs")
    func certificates() {
        let plan = ApplyPlan.make(
            from: secure([("a", "one\n\ntwo\n")]), to: secure([("a", "three\n\n\nfour\n")]))
        #expect(plan == .steps([.setCertificate(file: "certificates/a.pem", pem: "three\n\n\nfour\n")]))
        guard case .steps(let steps) = plan else { return }
        #expect(steps[0].commands(in: "/r").first?.text == "set ssl cert /r/certificates/a.pem <<\nthree\nfour\n")
    }

    @Test("certificates come to a listener and leave it while HAProxy runs")
    func certificateLists() {
        let plan = ApplyPlan.make(
            from: secure([("a", "one"), ("b", "two")]), to: secure([("a", "one"), ("c", "three")]))
        guard case .steps(let steps) = plan else {
            Issue.record("\(plan)")
            return
        }
        let list = "/r/certificates/app.web.50dc6c495c0c9188.f2f7dc8efc522ab2.list"
        #expect(
            steps.flatMap { $0.commands(in: "/r") }.map(\.text) == [
                "new ssl cert /r/certificates/c.pem", "set ssl cert /r/certificates/c.pem <<\nthree\n",
                "commit ssl cert /r/certificates/c.pem", "add ssl crt-list \(list) /r/certificates/c.pem",
                "del ssl crt-list \(list) /r/certificates/b.pem", "del ssl cert /r/certificates/b.pem",
            ])
        // The one for clients that name none is HAProxy's own affair.
        #expect(ApplyPlan.make(from: secure([("a", "one")]), to: secure([("b", "one"), ("a", "one")])) == .reload)
    }

    @Test("structure changes by a reload", arguments: 0..<5)
    func structure(number: Int) {
        var base = Sample.application([Sample.forward("blue/1")])
        let old = make(base)
        switch number {
        case 0: base.loadBalancers[0].idleTimeoutSeconds = 4
        case 1: base.targetGroups.removeLast()
        case 2: base.loadBalancers[0].listeners[0].rules.insert(Sample.fixed("x", priority: 1, []), at: 0)
        case 3: base.targetGroups[0].transport = .https
        default: base.loadBalancers[0].accessLog = .init(bucket: "logs", prefix: "")
        }
        #expect(ApplyPlan.make(from: old, to: make(base)) == .reload)
    }

    @Test("answers of HAProxy are good or bad")
    func answers() {
        let add = RuntimeStep.add(backend: "b", server: .init(name: "s", parameters: "1.1.1.1:1")).commands(in: "/r")[0]
        #expect(add.accepts("New server registered.\n"))
        #expect(add.accepts("\n"))
        #expect(add.accepts("Already exists a server with the same name in backend."))
        #expect(!add.accepts("backend must use consistent hashing"))
    }
}
