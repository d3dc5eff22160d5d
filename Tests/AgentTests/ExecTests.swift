import AWSWire
import NodeLink
import Testing

@testable import Agent

/// What an agent does for sessions of ExecuteCommand, as far as it needs no engine.
@Suite("Exec") struct ExecTests {
    @Test("an agent that is told of a session dials")
    func dials() {
        var machine = AgentMachine(cluster: "default", settings: .sample, random: SeededRandom(seed: 3))
        _ = machine.handle(.restored([]), at: start)
        let actions = machine.handle(.received(.executeCommand(.init(messageId: "m", sessionId: "s"))), at: start)
        guard actions.count == 1, case .dial("s") = actions[0] else { return #expect(Bool(false), "\(actions)") }
        #expect(machine.handle(.received(.executeCommand(.init(messageId: "m"))), at: start).isEmpty)
    }

    @Test("containers of a task that takes commands report their managed agent, others none")
    func managedAgents() {
        func report(_ takesCommands: Bool) -> TaskReport {
            let containers = [TaskReport.Status.running, .stopped].map { status in
                ContainerReport(
                    name: "app", status: status, runtimeID: nil, exitCode: nil, reason: nil, imageDigest: nil,
                    bindings: [], takesCommands: takesCommands)
            }
            return TaskReport(task: "t", status: .running, containers: containers)
        }
        let agents = report(true).request(cluster: "c").managedAgents ?? []
        #expect(agents.map(\.status) == ["RUNNING", "STOPPED"])
        #expect(agents.map(\.reason) == [nil, "Received Container Stopped event"])
        #expect(report(false).request(cluster: "c").managedAgents == nil)
    }

    @Test("whether a container takes commands is said by its task")
    func takesCommands() {
        var machine = makeMachine([
            .sample("app").with { $0.managedAgents = [ACS.ManagedAgent(name: "ExecuteCommandAgent")] },
            .sample("log"),
        ])
        machine.isKept = true
        #expect(machine.containers.map { $0.report(as: .running).takesCommands } == [true, false])
    }

    @Test("both streams of a process without a terminal are told apart, however the pieces are cut")
    func frames() {
        let bytes: [UInt8] =
            [1, 0, 0, 0, 0, 0, 0, 3] + Array("out".utf8) + [2, 0, 0, 0, 0, 0, 0, 5] + Array("error".utf8)
            + [1, 0, 0, 0, 0, 0, 0, 0] + [1, 0, 0, 0, 0, 0, 0, 1] + Array("!".utf8)
        for size in 1...bytes.count {
            var frames = OutputFrames()
            var (out, error): ([UInt8], [UInt8]) = ([], [])
            for start in stride(from: 0, to: bytes.count, by: size) {
                for piece in frames.take(Array(bytes[start..<min(start + size, bytes.count)])) {
                    if piece.isError { error += piece.bytes } else { out += piece.bytes }
                }
            }
            #expect(out == Array("out!".utf8))
            #expect(error == Array("error".utf8))
        }
    }
}
