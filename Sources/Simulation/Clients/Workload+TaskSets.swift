import AWSWire
import State

/// What clients do with a service whose deployments they make themselves.
extension Workload {
    private static let service = ServiceRecord.key("default", "external")

    /// One thing, by chance.
    func actOnTaskSets() {
        guard let service = look().get(Workload.service), service.status == .active else { return createExternal() }
        let sets = look().taskSets(of: service.key)
        guard let set = dice.pick(sets), dice.chance(0.7) else { return createTaskSet(scale: dice.number(0...100)) }
        switch dice.number(0...6) {
        case 0...1:
            call("UpdateTaskSet", request(set, ["taskSet": .string(set.id), "scale": scale(dice.number(0...100))])) {
                _ in
            }
        case 2...3:
            call("UpdateServicePrimaryTaskSet", request(set, ["primaryTaskSet": .string(set.id)])) { _ in }
        case 4:
            call("DeleteTaskSet", request(set, ["taskSet": .string(set.id), "force": .bool(dice.chance(0.5))])) { _ in }
        case 5:
            call("UpdateService", ["service": "external", "desiredCount": .int(Int64(dice.number(0...4)))]) { _ in }
        default: call("DescribeTaskSets", ["cluster": "default", "service": "external"]) { _ in }
        }
    }

    private func scale(_ percent: Int) -> JSONValue { ["value": .double(Double(percent)), "unit": "PERCENT"] }

    private func request(_ set: TaskSetRecord, _ body: JSONValue) -> JSONValue {
        body.merging(["cluster": "default", "service": .string(set.service)])
    }

    private func createExternal() {
        let body: JSONValue = [
            "serviceName": "external", "desiredCount": .int(Int64(dice.number(0...4))),
            "deploymentController": ["type": "EXTERNAL"],
        ]
        call("CreateService", body) { [self] answer in
            if answer?.isSuccess == true { note(.service(Workload.service, desiredCount: 0)) }
        }
    }

    private func createTaskSet(scale percent: Int) {
        guard let definition = someDefinition() else { return }
        call("CreateTaskSet", newSet(definition, percent)) { _ in }
    }

    private func newSet(_ definition: String, _ percent: Int) -> JSONValue {
        let body: JSONValue = [
            "cluster": "default", "service": "external", "taskDefinition": .string(definition), "launchType": "EC2",
            "scale": scale(percent),
        ]
        return withNetwork(body, of: definition)
    }

    /// What a service may have at most.
    private static let maximumSets = 5

    /// A task set that is calm becomes primary.
    func tidyTaskSets(of service: ServiceRecord) {
        let calm = kinds.filter { $0.value.isCalm && $0.value != .staticPort }.keys.sorted()
        guard let definition = dice.pick(calm) else { return }
        guard look().taskSets(of: service.key).count < Workload.maximumSets else {
            return order("DeleteService", ["service": .string(service.name), "force": true]) { [self] _ in
                note(.serviceDeleted(service.key))
            }
        }
        order("CreateTaskSet", newSet(definition, 100)) { [self] answer in
            guard let id = answer?.body["taskSet"]?["id"]?.stringValue else { return }
            order(
                "UpdateServicePrimaryTaskSet",
                ["cluster": "default", "service": "external", "primaryTaskSet": .string(id)])
        }
    }

    /// No other is left: there are two new ones when the answer to the first call was lost.
    func tidyOtherTaskSets() {
        for set in look().taskSets(of: Workload.service) where set.status == .active {
            order("DeleteTaskSet", request(set, ["taskSet": .string(set.id), "force": true]))
        }
    }
}
