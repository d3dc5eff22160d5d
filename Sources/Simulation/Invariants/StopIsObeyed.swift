import Agent

/// An agent never starts a container of a task that it was told to stop: the process that was told, and every later one
/// whose journal knows.
struct StopIsObeyed: Invariant {
    static let name = "an agent obeys an order to stop"

    /// By host.
    private var told: [String: Set<String>] = [:]

    mutating func check(_ scene: Scene) -> String? {
        for act in scene.acts {
            switch act {
            case .agentStarted(let host, let stopping): told[host] = stopping
            case .toldToStop(let host, let task): told[host, default: []].insert(task)
            case .engine(let host, let action):
                guard action.isTowardsRunning, let reference = action.reference,
                    told[host]?.contains(reference.task) == true
                else { continue }
                return "\(host) goes on with \(reference.container) of \(Scene.key(ofTask: reference.task))"
            }
        }
        return nil
    }
}

extension EngineAction {
    /// Whether it brings a container nearer to running.
    fileprivate var isTowardsRunning: Bool {
        switch self {
        case .pull, .create, .start: true
        default: false
        }
    }
}
