import AWSWire
import State

/// What clients do to the daemon of the managed instances: all hosts but the first.
extension Workload {
    static let capacityProvider = "managed"
    private static let daemon = DaemonRecord.key("default", "logs")

    /// Makes the capacity provider, a definition that is calm, and the daemon.
    func startDaemon() {
        let provider: JSONValue = [
            "name": .string(Workload.capacityProvider), "cluster": "default",
            "managedInstancesProvider": [
                "infrastructureRoleArn": "arn:aws:iam::000000000000:role/ecs",
                "instanceLaunchTemplate": [
                    "ec2InstanceProfileArn": "arn:aws:iam::000000000000:instance-profile/ecs",
                    "networkConfiguration": ["subnets": ["subnet-1"]],
                ],
            ],
        ]
        call("CreateCapacityProvider", provider, tries: 50) { [self] _ in
            registerDaemon(.steady, tries: 50) { [self] in createDaemon() }
        }
    }

    /// Two providers of Auto Scaling groups: one whose instance is the third host, and one that is to bring instances
    /// and never does, so that tasks wait.
    func createProviders() {
        for (name, status) in [("asg", "DISABLED"), ("scaled", "ENABLED")] {
            let arn = "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/\(name)"
            let group: JSONValue = [
                "autoScalingGroupArn": .string(arn), "managedScaling": ["status": .string(status)],
            ]
            let body: JSONValue = ["name": .string(name), "autoScalingGroupProvider": group]
            call("CreateCapacityProvider", body, tries: 50) { [self] _ in
                call(
                    "PutClusterCapacityProviders",
                    [
                        "cluster": "default", "capacityProviders": ["asg", "scaled"],
                        "defaultCapacityProviderStrategy": [],
                    ]
                ) { _ in }
            }
        }
    }

    private func registerDaemon(_ kind: DefinitionKind, tries: Int = 1, _ done: @escaping () -> Void = {}) {
        let body = kind.request("daemon", port: 0, memory: 64, dice)
        call("RegisterDaemonTaskDefinition", body, tries: tries) { [self] answer in
            if let arn = answer?.body["daemonTaskDefinitionArn"]?.stringValue { daemonKinds[arn] = kind }
            done()
        }
    }

    /// One thing, by chance.
    func actOnDaemon() {
        guard let daemon = look().get(Workload.daemon) else { return createDaemon() }
        switch dice.number(0...9) {
        case 0: call("DeleteDaemon", ["daemonArn": "logs"]) { _ in }
        case 1...3:
            // Daemons have no ports.
            let kinds = DefinitionKind.allCases.filter { ![.staticPort, .dynamicPort, .ownAddress].contains($0) }
            registerDaemon(dice.pick(kinds) ?? .steady)
        case 4...7 where daemon.status == .active: call("UpdateDaemon", update(daemonKinds.keys.sorted())) { _ in }
        default: call("DescribeDaemon", ["daemonArn": "logs"]) { _ in }
        }
    }

    private func createDaemon() {
        guard var body = settings(daemonKinds.keys.sorted()) else { return }
        body["daemonName"] = "logs"
        call("CreateDaemon", body) { _ in }
    }

    private func update(_ definitions: [String]) -> JSONValue {
        var body = settings(definitions) ?? []
        body["daemonArn"] = "logs"
        return body
    }

    private func settings(_ definitions: [String]) -> JSONValue? {
        guard let definition = dice.pick(definitions) else { return nil }
        return [
            "daemonTaskDefinitionArn": .string(definition),
            "capacityProviderArns": [.string(Workload.capacityProvider)], "critical": .bool(dice.chance(0.5)),
            "deploymentConfiguration": ["drainPercent": .int(Int64(dice.pick([1, 50, 100]) ?? 25))],
        ]
    }

    /// A daemon that stays runs something calm. By then there is room for it.
    func tidyDaemon() {
        guard look().get(Workload.daemon)?.status == .active else { return }
        order("UpdateDaemon", update(daemonKinds.filter(\.value.isCalm).keys.sorted()))
    }
}
