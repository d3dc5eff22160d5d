import AWSWire

/// What the containers of a workload's task definition do.
enum DefinitionKind: CaseIterable {
    case steady, staticPort, dynamicPort, checked, sidecar, initialized, ownAddress
    case shortLived, missingImage, failingStart, unhealthy, unreachable

    /// Whether a service of it comes to rest.
    var isCalm: Bool {
        switch self {
        case .steady, .staticPort, .dynamicPort, .checked, .sidecar, .initialized, .ownAddress: true
        case .shortLived, .missingImage, .failingStart, .unhealthy, .unreachable: false
        }
    }

    /// Whether its main container has a port, so that it may stand behind a load balancer.
    var hasPort: Bool { self == .staticPort || self == .dynamicPort || self == .unreachable }

    /// A RegisterTaskDefinition request.
    /// - Parameters:
    ///   - port: the host port, for a static one.
    ///   - memory: of the first container, in MiB.
    func request(_ family: String, port: Int, memory: Int, _ dice: Dice) -> JSONValue {
        var main = container("main", memory, dice)
        var others: [JSONValue] = []
        switch self {
        case .steady: break
        case .ownAddress: main["portMappings"] = [["containerPort": 80]]
        case .staticPort: main["portMappings"] = [["containerPort": 80, "hostPort": .int(Int64(port))]]
        case .dynamicPort, .unreachable: main["portMappings"] = [["containerPort": 80, "hostPort": 0]]
        case .checked: check(&main, "healthy")
        case .unhealthy: check(&main, "unhealthy")
        case .sidecar:
            var second = container("second", 32, dice)
            second["dependsOn"] = [["containerName": "main", "condition": "START"]]
            others = [second]
        case .initialized:
            var first = container("first", 32, dice)
            first["essential"] = false
            set(&first, ["ROOST_SIMULATE_EXIT_AFTER": "2"])
            main["dependsOn"] = [["containerName": "first", "condition": "SUCCESS"]]
            others = [first]
        case .shortLived:
            let seconds = "\(dice.number(0...40))"
            let ends: [[String: String]] = [
                [:], ["ROOST_SIMULATE_EXIT_CODE": "1"],
                ["ROOST_SIMULATE_EXIT_CODE": "137", "ROOST_SIMULATE_OOM": "1"],
            ]
            set(&main, (dice.pick(ends) ?? [:]).merging(["ROOST_SIMULATE_EXIT_AFTER": seconds]) { $1 })
        case .missingImage: main["image"] = "missing/image"
        case .failingStart: set(&main, ["ROOST_SIMULATE_START_ERROR": "exec: no such file"])
        }
        var request: JSONValue = ["family": .string(family), "containerDefinitions": .array([main] + others)]
        if self == .ownAddress { request["networkMode"] = "awsvpc" }
        return request
    }

    private func container(_ name: String, _ memory: Int, _ dice: Dice) -> JSONValue {
        [
            "name": .string(name), "image": "busybox", "memory": .int(Int64(memory)),
            "cpu": .int(Int64(dice.pick([0, 64, 128]) ?? 0)), "essential": true,
        ]
    }

    private func check(_ container: inout JSONValue, _ health: String) {
        container["healthCheck"] = ["command": ["CMD-SHELL", "true"]]
        set(&container, ["ROOST_SIMULATE_HEALTH": health])
    }

    private func set(_ container: inout JSONValue, _ variables: [String: String]) {
        container["environment"] = .array(
            variables.sorted { $0.key < $1.key }.map { ["name": .string($0.key), "value": .string($0.value)] })
    }
}
