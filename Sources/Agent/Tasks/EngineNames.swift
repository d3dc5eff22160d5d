import AWSWire
import NodeLink

/// Names of a task's things in the engine: `ecs-<family>-<version>-<name>-<20 hex digits>`.
/// Source: amazon-ecs-agent, agent/engine/docker_task_engine.go. Observed: `docker ps` beside the official agent.
struct EngineNames {
    private let prefix: String

    init(_ task: ACS.Task) {
        prefix = "ecs-\(task.family ?? "")-\(task.version ?? "")-"
    }

    /// The name of a container; characters an engine may refuse are left out.
    func container(_ name: String, _ random: inout SeededRandom) -> String {
        let plain = name.unicodeScalars.filter {
            $0.isASCII && ($0.properties.isAlphabetic || $0 == "-" || isDigit($0))
        }
        return prefix + String(String.UnicodeScalarView(plain)) + "-" + random.hex(20)
    }

    /// The name of a volume that belongs to the task.
    func volume(_ name: String, _ random: inout SeededRandom) -> String {
        prefix + name + "-" + random.hex(20)
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
