import AWSWire
import Agent
import State

/// A machine with an engine, an agent, its journal, and a network.
///
/// Safe because a world runs in one thread.
final class SimulatedHost: @unchecked Sendable {
    let name: String
    let timeline: Timeline
    let network: Network
    let engine: EngineHost
    let journal: SimulatedJournal
    let evidence: Evidence
    let configuration: AgentConfiguration
    private(set) var agent: AgentProcess?
    private var incarnations = 0

    init(
        _ name: String, _ timeline: Timeline, _ network: Network, _ configuration: AgentConfiguration,
        _ evidence: Evidence
    ) {
        self.name = name
        self.timeline = timeline
        self.network = network
        self.configuration = configuration
        self.evidence = evidence
        engine = EngineHost(name, timeline, evidence)
        journal = SimulatedJournal(timeline, timeline.dice("journal of \(name)"))
    }

    /// Starts the agent, unless it runs.
    func startAgent() {
        guard agent == nil else { return }
        incarnations += 1
        timeline.say(name, "agent-start", "number \(incarnations)")
        evidence.acts.append(.agentStarted(host: name, stopping: journal.stopping))
        let agent = AgentProcess(self, number: incarnations)
        self.agent = agent
        agent.start()
    }

    /// Kills the agent. Containers go on.
    func crashAgent() {
        guard let agent else { return }
        timeline.say(name, "agent-crash")
        self.agent = nil
        journal.crash()
        agent.kill()
    }
}
