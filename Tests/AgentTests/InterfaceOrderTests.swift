import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("A task with a network interface of its own")
struct InterfaceOrderTests {
    private let holder = NetworkContainer.name

    private func bench(
        _ task: ACS.Task = .connected(containers: [.sample("app"), .sample("side", essential: false)]),
        _ settings: TaskSettings = .sample
    ) -> Bench {
        var random = SeededRandom(seed: 1)
        var bench = Bench([])
        bench.machine = TaskMachine(task, settings, random: &random)
        bench.machine.isKept = true
        return bench
    }

    private func creation(_ bench: Bench, _ container: String) -> JSONValue? {
        for action in bench.engineActions {
            if case .create(let reference, let creation) = action, reference.container == container {
                return creation.configuration
            }
        }
        return nil
    }

    private func position(_ step: String, _ bench: Bench) -> Int { bench.steps.firstIndex(of: step) ?? -1 }

    @Test("its interface comes before everything that starts, and goes after everything")
    func order() {
        var bench = bench()
        bench.feed(.accepted)
        #expect(position("start \(holder)", bench) < position("attach", bench))
        #expect(position("attach", bench) < position("start app", bench))
        #expect(bench.steps.filter { $0.hasPrefix("start") }.count == 3)
        #expect(bench.reports.map(\.status) == [.pending, .running])
        #expect(bench.reports.map(\.attachments) == [[ACS.ElasticNetworkInterface.sample.attachmentArn ?? ""], []])
        #expect(bench.reports[0].containers.isEmpty)
        #expect(bench.reports[1].containers.map(\.name) == ["app", "side"])
        #expect(bench.reports[1].containers.allSatisfy { $0.bindings.isEmpty })
        let request = bench.reports[0].request(cluster: "default")
        #expect(request.attachments?.map(\.status) == ["ATTACHED"] && request.status == "PENDING")
        bench.feed(.stopRequested)
        #expect(position("stop side", bench) < position("stop \(holder)", bench))
        #expect(position("stop \(holder)", bench) < position("detach", bench))
        #expect(bench.reports.last?.status == .stopped)
        #expect(bench.reports.last?.attachments == [])
        bench.feed(.timer(.cleanUp))
        #expect(bench.isFinished)
    }

    @Test("nothing starts, and nothing is said to run, before the interface is there")
    func waits() {
        var bench = bench()
        let id = connectTo(&bench)
        #expect(bench.machine.container("app")?.phase == .created)
        #expect(bench.reports.isEmpty)
        let actions = bench.machine.handle(.engine(.attached(task: taskARN)), at: start)
        #expect(actions.contains(.save))
        #expect(actions.contains { if case .engine(.start) = $0 { true } else { false } })
        #expect(!id.isEmpty)
    }

    /// Up to the question for the interface, which is not answered.
    private func connectTo(_ bench: inout Bench) -> String {
        var queue: [TaskEvent] = [.accepted]
        var holding = ""
        while !queue.isEmpty {
            for case .engine(let action) in bench.machine.handle(queue.removeFirst(), at: start) {
                if case .attach(_, _, let id) = action {
                    holding = id
                    continue
                }
                for outcome in bench.engine.perform(action, at: start) { queue.append(.engine(outcome.event)) }
            }
        }
        return holding
    }

    @Test("an interface that cannot be made ends the task and says why")
    func fails() {
        var bench = bench()
        _ = connectTo(&bench)
        bench.feed(
            .engine(.attachFailed(task: taskARN, EngineFailure(.final, "the address 172.31.16.5 is in use"))))
        #expect(bench.machine.isStopped)
        #expect(
            bench.reports.last?.reason
                == "ResourceInitializationError: failed to set up the network interface: "
                + "the address 172.31.16.5 is in use")
        #expect(bench.steps.contains("stop \(holder)"))
        #expect(!bench.steps.contains("start app"))
    }

    @Test("an engine that went away meanwhile is asked again")
    func brokenOff() {
        var bench = bench()
        let id = connectTo(&bench)
        bench.feed(.engine(.attachFailed(task: taskARN, EngineFailure(.unreachable, "gone"))))
        #expect(!bench.machine.isStopRequested)
        #expect(bench.timers.contains { $0.0 == .survey })
        let found = SurveyedContainer(
            reference: reference(holder), id: id, name: "p",
            state: .running(ContainerStart(id: id, startedAt: start)))
        var all = bench.engine.all.filter { $0.reference.container != holder }
        all.append(found)
        bench.feed(.surveyed(all))
        #expect(bench.steps.filter { $0 == "attach" }.count == 1)
        #expect(bench.reports.map(\.status) == [.pending, .running])
    }

    @Test("without what holds its network a task ends")
    func holderEnds() {
        var bench = bench()
        bench.feed(.accepted)
        bench.exit(holder, code: 137)
        #expect(bench.machine.isStopped)
        #expect(bench.reports.last?.reason.hasPrefix("ContainerNetworkingError: ") == true)
        #expect(bench.steps.contains("detach"))
    }

    @Test("an order that cannot be followed is answered, never kept waiting")
    func hostile() {
        var task = ACS.Task.connected()
        task.elasticNetworkInterfaces = [ACS.ElasticNetworkInterface(attachmentArn: "a", macAddress: "no")]
        var first = bench(task)
        first.feed(.accepted)
        #expect(first.steps.isEmpty)
        #expect(
            first.reports.map(\.reason) == [
                "ResourceInitializationError: the network interface has no IPv4 address"
            ])
        var settings = TaskSettings.sample
        settings.interfaceProblem = "network mode awsvpc cannot be had here: ip is not installed (iproute2)"
        var second = bench(.connected(), settings)
        second.feed(.accepted)
        #expect(second.steps.isEmpty)
        #expect(
            second.reports.last?.reason == "ResourceInitializationError: \(settings.interfaceProblem ?? "")")
    }

    // MARK: Containers

    @Test("containers join the one that has the interface, and leave names and ports to it")
    func joins() throws {
        let app = ACS.Container.sample("app").with {
            $0.portMappings = [ACS.PortMapping(containerPort: 80, hostPort: 80, protocol: "tcp")]
            $0.dockerConfig = ACS.DockerConfig(
                config: #"{"Hostname":"mine","User":"7"}"#,
                hostConfig: #"{"NetworkMode":"bridge","Dns":["10.9.9.9"],"ExtraHosts":["db:10.0.0.9"],"Links":["x"]}"#)
        }
        var bench = bench(.connected(containers: [app]))
        bench.feed(.accepted)
        let name = bench.machine.container(holder)?.engineName ?? ""
        #expect(name.hasPrefix("ecs-web-3-internalecspause-"))
        let body = try #require(creation(bench, "app"))
        #expect(body["HostConfig"]?["NetworkMode"] == .string("container:\(name)"))
        #expect(body["User"] == "7")
        for member in ["Hostname", "ExposedPorts"] { #expect(body[member] == nil) }
        for member in ["Dns", "ExtraHosts", "Links", "PortBindings"] { #expect(body["HostConfig"]?[member] == nil) }
        let held = try #require(creation(bench, holder))
        #expect(held["Hostname"] == "ip-172-31-16-5")
        #expect(held["HostConfig"]?["NetworkMode"] == "none")
        #expect(held["HostConfig"]?["Dns"] == ["10.9.9.9", "10.0.0.2"])
        #expect(held["HostConfig"]?["DnsSearch"] == ["ec2.internal"])
        #expect(
            held["HostConfig"]?["ExtraHosts"] == [
                "db:10.0.0.9", "ip-172-31-16-5.ec2.internal:172.31.16.5", "ip-172-31-16-5:172.31.16.5",
            ])
        #expect(body["Labels"]?["com.amazonaws.ecs.container-name"] == "app")
    }

    @Test("shared namespaces have a holder of their own")
    func shares() {
        var task = ACS.Task.connected(containers: [.sample("app")])
        (task.pidMode, task.ipcMode) = ("task", "task")
        var bench = bench(task)
        bench.feed(.accepted)
        let pause = bench.machine.container(NamespaceContainer.name)?.engineName ?? ""
        let host = creation(bench, "app")?["HostConfig"]
        #expect(host?["PidMode"] == .string("container:\(pause)"))
        #expect(host?["NetworkMode"]?.stringValue?.contains("internalecspause-") == true)
        #expect(creation(bench, NamespaceContainer.name)?["HostConfig"]?["NetworkMode"] == "none")
        #expect(creation(bench, holder)?["HostConfig"]?["IpcMode"] == nil)
        #expect(bench.reports.map(\.status) == [.pending, .running])
    }

    // MARK: Crashes

    @Test("what containers did is told again when only the interface was taken")
    func reportsAgain() throws {
        var bench = bench()
        bench.takesReports = false
        bench.feed(.accepted)
        #expect(bench.reports.map(\.status) == [.pending])
        bench.takesReports = true
        bench.feed(.reported)
        var machine = bench.machine
        machine.outbox = ReportOutbox(acknowledged: .pending)
        var restored = try #require(TaskMachine(journal: machine.journal, .sample))
        let actions = restored.handle(.surveyed(bench.engine.all), at: start)
        let reports = actions.compactMap { action in if case .report(let report) = action { report } else { nil } }
        #expect(reports.map(\.status) == [.running])
        #expect(reports.first?.containers.map(\.name) == ["app", "side"])
    }

    @Test("a restarted agent knows the interface, and asks for it again when it does not")
    func journal() throws {
        var bench = bench()
        _ = connectTo(&bench)
        var early = try #require(TaskMachine(journal: bench.machine.journal, .sample))
        #expect(early.attachment == .waiting)
        let again = early.handle(.surveyed(bench.engine.all), at: start)
        #expect(again.contains { if case .engine(.attach) = $0 { true } else { false } })
        bench.feed(.engine(.attached(task: taskARN)))
        var late = try #require(TaskMachine(journal: bench.machine.journal, .sample))
        #expect(late.attachment == .attached)
        let none = late.handle(.surveyed(bench.engine.all), at: start)
        #expect(!none.contains { if case .engine(.attach) = $0 { true } else { false } })
    }
}
