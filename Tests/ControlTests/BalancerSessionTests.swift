import AWSModels
import AWSWire
import NodeLink
import Scheduling
import State
import Testing

@testable import Control

/// What a balancer node is told, when, and what is kept of what it says.
@Suite("Sessions of balancer nodes") struct BalancerSessionTests {
    private let hello = BalancerHello(
        name: "node", zone: "us-east-1a", pool: "10.1.0.0/24", hostAddress: "10.0.0.1", version: "1")
    private let node = BalancedStory.node
    private let start = ControlWorld.start

    /// A service of two tasks that serve, and a load balancer with an address on the node.
    private var story: BalancedStory {
        var story = BalancedStory()
        story.run(seconds: 1)
        var node = BalancerNodeRecord()
        (node.name, node.zone, node.pool) = ("node", "us-east-1a", "10.1.0.0/24")
        story.world.transaction.put(node)
        story.world.transaction.connect(hello, session: "s", at: story.world.now)
        story.world.transaction.apply(story.world.decide(BalancerController(), "loadBalancers"))
        return story
    }

    /// A session whose node has been welcomed, and what it was sent.
    private func session(_ story: BalancedStory) -> (session: BalancerSession, sent: [BalancerSession.Action]) {
        var session = BalancerSession(at: start)
        _ = session.handle(.received(.hello(hello)), story.world.snapshot, at: start)
        let sent = session.handle(.welcomed, story.world.snapshot, at: start)
        return (session, sent)
    }

    private func configurations(_ actions: [BalancerSession.Action]) -> [BalancerConfiguration] {
        actions.compactMap { if case .send(.configuration(let message)) = $0 { message } else { nil } }
    }

    private func targets(_ actions: [BalancerSession.Action]) -> [BalancerTargets] {
        actions.compactMap { if case .send(.targets(let message)) = $0 { message } else { nil } }
    }

    @Test("a welcome node gets the structure and the targets of every group in it")
    func welcome() throws {
        let story = story
        let sent = session(story).sent
        let configuration = try #require(configurations(sent).first)
        let balancer = try #require(configuration.loadBalancers.first)
        #expect(balancer.id == "app/front/1")
        #expect(balancer.address == "10.1.0.2")
        let rules = try #require(balancer.listeners.first).rules
        #expect(rules.map(\.id) == ["3", "4", "default"].map { "app/front/1/2/\($0)" })
        #expect(configuration.targetGroups.map(\.id) == BalancedStory.groups.map(\.path))
        let blue = try #require(targets(sent).first { $0.targetGroup == BalancedStory.groups[0].path })
        #expect(blue.targets.count == 2)
        #expect(blue.targets.allSatisfy { $0.address == "127.0.0.1" && $0.state == .active })
    }

    @Test("what changes is sent, once, and nothing else is")
    func changes() throws {
        var story = story
        var (session, _) = session(story)
        func told(_ changes: BalancerChanges) -> [BalancerSession.Action] {
            session.handle(.changed(changes), story.world.snapshot, at: start)
        }
        #expect(told(BalancerChanges(isStructural: true, targetGroups: BalancedStory.groups.map(\.path))).isEmpty)
        let key = try #require(story.targets.first?.key)
        story.world.transaction.update(key) { $0.drainingSince = start }
        let sent = told(BalancerChanges(targetGroups: [BalancedStory.groups[0].path]))
        #expect(targets(sent).map { $0.targets.map(\.state) } == [[.draining, .active]])
        #expect(configurations(sent).isEmpty)
        story.world.transaction.update(Key<ListenerRuleRecord>("app/front/1/2", "3")) { rule in
            rule.actions[0].forwardConfig?.targetGroups?[0].weight = 7
        }
        let shifted = told(BalancerChanges(isStructural: true))
        #expect(configurations(shifted).count == 1)
        #expect(targets(shifted).isEmpty)
    }

    @Test("changes of the state say whom they concern")
    func concerned() throws {
        let story = story
        let snapshot = story.world.snapshot
        func changes(_ body: (inout Transaction) -> Void) -> BalancerChanges {
            var transaction = Transaction(snapshot)
            body(&transaction)
            return BalancerChanges(transaction.changes, transaction.snapshot)
        }
        let target = try #require(story.targets.first)
        let group = [target.targetGroup]
        #expect(changes { $0.update(target.key) { $0.health.state = .unhealthy } }.isEmpty)
        #expect(changes { $0.update(target.key) { $0.drainingSince = start } }.targetGroups == group)
        #expect(changes { $0.delete(target.key) }.targetGroups == group)
        let instance = try #require(snapshot.instance(onHost: target.id))
        #expect(changes { $0.update(instance.key) { $0.privateIPv4Address = "10.0.0.9" } }.targetGroups == group)
        #expect(changes { $0.update(instance.key) { $0.agentConnected.toggle() } }.isEmpty)
        #expect(changes { $0.update(BalancedStory.groups[0]) { $0.port = 1 } }.isStructural)
    }

    @Test("what the node serves counts up to the newest state it is right for")
    func applied() throws {
        let story = story
        var (session, sent) = session(story)
        let revision = try #require(configurations(sent).first).revision
        func applied(_ revision: Int) -> BalancerNodeMessage {
            .applied(BalancerApplied(revision: revision, problems: []))
        }
        var later = story.world
        let batch = StoreBatch(revision: UInt64(revision + 5), base: 0)
        later.transaction = Transaction(later.snapshot.following(batch).snapshot)
        _ = session.handle(.changed(BalancerChanges(isStructural: true)), later.snapshot, at: start)
        let noted = session.handle(.received(applied(revision)), later.snapshot, at: start)
        guard case .noteApplied(revision + 5, _)? = noted.first else {
            Issue.record("\(noted)")
            return
        }
        #expect(session.handle(.received(applied(revision + 9)), later.snapshot, at: start).isEmpty)
    }

    @Test(
        "a node that cannot be is turned away",
        arguments: [
            { $0.name = "a/b" }, { $0.name = "" }, { $0.pool = "10.0.0.0/31" }, { $0.pool = "everywhere" },
            { (hello: inout BalancerHello) in
                hello.zone = String(repeating: "z", count: 99)
            },
        ] as [@Sendable (inout BalancerHello) -> Void])
    func refused(change: @Sendable (inout BalancerHello) -> Void) {
        var session = BalancerSession(at: start)
        var bad = hello
        change(&bad)
        let actions = session.handle(.received(.hello(bad)), story.world.snapshot, at: start)
        guard case .close(1_008, _)? = actions.first else {
            Issue.record("\(actions)")
            return
        }
    }

    @Test("silence ends a session, and so does a node that does not say who it is")
    func silence() {
        var (session, _) = session(story)
        let late = start.advanced(by: .seconds(91))
        guard case .close? = session.handle(.ticked, story.world.snapshot, at: late).first else {
            Issue.record("the session goes on")
            return
        }
        var nameless = BalancerSession(at: start)
        let soon = start.advanced(by: .seconds(31))
        _ = nameless.handle(.received(.heartbeat), story.world.snapshot, at: start)
        guard case .close? = nameless.handle(.ticked, story.world.snapshot, at: soon).first else {
            Issue.record("the session goes on")
            return
        }
    }

    @Test("what a node says of its targets before its hello is durable is kept until it is")
    func early() {
        let story = story
        var session = BalancerSession(at: start)
        let change = BalancerHealth.Change(
            targetGroup: "g/1", target: "i-1", port: 80, state: .unhealthy, reason: nil, description: nil)
        let health = BalancerNodeMessage.health(BalancerHealth(changes: [change]))
        #expect(session.handle(.received(health), story.world.snapshot, at: start).isEmpty)
        _ = session.handle(.received(.hello(hello)), story.world.snapshot, at: start)
        #expect(session.handle(.received(health), story.world.snapshot, at: start).isEmpty)
        let told = session.handle(.welcomed, story.world.snapshot, at: start).compactMap { action in
            if case .noteHealth(let changes) = action { changes } else { nil }
        }
        #expect(told == [[change]])
    }

    @Test("of what several nodes say the best counts; the word of one that is away counts when there is no other")
    func severalNodes() {
        var target = TargetRecord()
        func say(_ node: String, _ state: ELB.TargetHealthStateEnum, _ connected: Set<String>) {
            let health = TargetHealthState(state, reason: nil, description: nil, since: start)
            target.take(TargetReport(node: node, health: health), TargetJudges(connected: connected))
        }
        say("a", .unhealthy, ["a", "b"])
        #expect(target.health.state == .unhealthy)
        say("b", .healthy, ["a", "b"])
        #expect(target.health.state == .healthy)
        target.judge(TargetJudges(connected: ["a"]))
        #expect(target.health.state == .unhealthy)
        target.judge(TargetJudges(connected: []))
        #expect(target.health.state == .healthy)
    }

    @Test("a new target is healthy when every node that serves it has judged it; another node changes nothing of that")
    func everyNode() {
        var target = TargetRecord()
        func say(_ node: String, _ state: ELB.TargetHealthStateEnum, serving: Set<String> = ["a", "b"]) {
            let health = TargetHealthState(
                state, reason: state == .initial ? .elbInitialHealthChecking : nil, description: nil, since: start)
            let judges = TargetJudges(connected: ["a", "b", "c"], serving: serving)
            target.take(TargetReport(node: node, health: health), judges)
        }
        say("a", .initial)
        #expect(target.health.reason == .elbInitialHealthChecking)
        say("a", .healthy)
        #expect(target.health.state == .initial)
        say("b", .initial)
        #expect(target.health.state == .initial)
        // Whether it finds the target good or not.
        say("b", .unhealthy)
        #expect(target.health.state == .healthy)
        say("c", .initial, serving: ["a", "b", "c"])
        #expect(target.health.state == .healthy)
        say("a", .unhealthy, serving: ["a", "b", "c"])
        #expect(target.health.state == .unhealthy)
    }

    @Test("a node that goes away is not waited for")
    func awaitedNode() throws {
        var story = story
        story.isNodeAtWork = false
        var other = BalancerNodeRecord()
        (other.name, other.zone, other.pool) = ("other", "us-east-1b", "10.2.0.0/24")
        (other.isConnected, other.sessionID) = (true, "t")
        story.world.transaction.put(other)
        story.world.transaction.apply(story.world.decide(BalancerController(), "loadBalancers"))
        let old = try #require(story.targets.first)
        var target = old
        (target.health, target.reports) = (.registering(at: start), [])
        story.world.transaction.put(target)
        let change = BalancerHealth.Change(
            targetGroup: target.targetGroup, target: target.id, port: target.port, state: .healthy, reason: nil,
            description: nil)
        story.world.transaction.noteHealth(of: [change], from: node, at: start)
        #expect(story.world.snapshot.get(target.key)?.health.state == .initial)
        story.world.transaction.disconnect(other.key, session: "t", at: start)
        story.world.transaction.judgeTargets()
        #expect(story.world.snapshot.get(target.key)?.health.state == .healthy)
    }

    @Test("load balancers get the lowest free addresses, keep them, and are active when a node serves them")
    func addresses() throws {
        var story = story
        var second = LoadBalancerRecord()
        (second.name, second.id) = ("back", "9")
        story.world.transaction.put(second)
        func decide() { story.world.transaction.apply(story.world.decide(BalancerController(), "loadBalancers")) }
        func balancers() -> [LoadBalancerRecord] { story.world.snapshot.list(LoadBalancerRecord.self) }
        decide()
        #expect(balancers().map { $0.addresses.map(\.address) } == [["10.1.0.3"], ["10.1.0.2"]])
        #expect(balancers().allSatisfy { $0.stateCode == .provisioning })
        story.world.transaction.noteApplied(node, session: "s", revision: 1_000, problems: [])
        decide()
        #expect(balancers().allSatisfy { $0.stateCode == .active })
        story.world.transaction.delete(balancers()[1].key)
        var third = second
        third.name = "third"
        story.world.transaction.put(third)
        decide()
        #expect(balancers().map { $0.addresses.map(\.address) } == [["10.1.0.3"], ["10.1.0.2"]])
        #expect(story.world.decide(BalancerController(), "loadBalancers").changes.isEmpty)
    }

    @Test("a node that is away for long is forgotten, with its addresses and what it said")
    func forgotten() {
        var story = story
        story.world.transaction.disconnect(node, session: "s", at: story.world.now)
        let plan = story.world.decide(BalancerController(), "loadBalancers")
        #expect(plan.wakeAt == story.world.now.advanced(by: balancerNodePatience))
        story.world.now = story.world.now.advanced(by: balancerNodePatience)
        story.world.transaction.apply(story.world.decide(BalancerController(), "loadBalancers"))
        story.world.transaction.apply(story.world.decide(BalancerController(), "targets"))
        #expect(story.world.snapshot.get(node) == nil)
        #expect(story.world.snapshot.list(LoadBalancerRecord.self).allSatisfy { $0.addresses.isEmpty })
        #expect(story.targets.allSatisfy { $0.reports.isEmpty && $0.health.state == .healthy })
    }

    @Test("a pool gives what is neither the network's nor the node's nor for all")
    func pools() {
        let pool = AddressPool("10.1.0.8/29")
        var taken: Set<String> = []
        while let address = pool?.lowest(besides: taken) { taken.insert(address) }
        #expect(taken.sorted() == ["10.1.0.10", "10.1.0.11", "10.1.0.12", "10.1.0.13", "10.1.0.14"])
        #expect(pool?.contains("10.1.0.9") == false)
    }
}
