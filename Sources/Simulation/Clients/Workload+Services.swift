import AWSWire
import State

/// What clients do with services.
extension Workload {
    /// Percentages a service may have. A service with static ports needs to be able to stop first.
    private func percentages(_ kind: DefinitionKind?) -> JSONValue {
        if kind == .staticPort { return ["minimumHealthyPercent": 0, "maximumPercent": 200] }
        let pairs: [(Int64, Int64)] = [(100, 200), (50, 200), (0, 100), (50, 100), (100, 150), (75, 125)]
        let (low, high) = dice.pick(pairs) ?? (100, 200)
        return ["minimumHealthyPercent": .int(low), "maximumPercent": .int(high)]
    }

    func createService() {
        if dice.chance(0.15) { return createDaemonService() }
        guard let definition = someDefinition() else { return }
        let name = "service\(dice.number(1...4))"
        let count = dice.number(0...4)
        var body: JSONValue = [
            "serviceName": .string(name), "taskDefinition": .string(definition), "desiredCount": .int(Int64(count)),
            "deploymentConfiguration": someConfiguration(kinds[definition]),
        ]
        let shifts = body["deploymentConfiguration"]?["strategy"] != nil
        let balancers = someLoadBalancers(of: name, kinds[definition], shifts: shifts)
        if let balancers {
            body["loadBalancers"] = balancers
            body["healthCheckGracePeriodSeconds"] = .int(Int64(dice.pick([0, 0, 30, 120]) ?? 0))
        }
        if dice.chance(0.3) { body["placementStrategy"] = somePlacementStrategy() }
        if dice.chance(0.2) { body["placementConstraints"] = someConstraints() }
        if dice.chance(0.2), hosts.count > 2 { body["capacityProviderStrategy"] = strategy("asg") }
        if dice.chance(0.2) {
            body["tags"] = [["key": "team", "value": "a"]]
            body["propagateTags"] = "SERVICE"
        }
        call("CreateService", withNetwork(body, of: definition)) { [self] answer in
            if answer?.isSuccess == true {
                note(.service(ServiceRecord.key("default", name), desiredCount: count))
            }
        }
    }

    /// One on every host; with a port of the host it would be in the way of others.
    private func createDaemonService() {
        let free = kinds.filter { $0.value != .staticPort }.keys.sorted()
        guard let definition = dice.pick(free) else { return }
        let body: JSONValue = [
            "serviceName": "everywhere", "taskDefinition": .string(definition), "schedulingStrategy": "DAEMON",
            "deploymentConfiguration": daemonPercentages,
        ]
        call("CreateService", withNetwork(body, of: definition)) { [self] answer in
            if answer?.isSuccess == true { note(.service(ServiceRecord.key("default", "everywhere"), desiredCount: 0)) }
        }
    }

    private var daemonPercentages: JSONValue {
        ["minimumHealthyPercent": .int(Int64(dice.pick([0, 50, 75]) ?? 0)), "maximumPercent": 100]
    }

    /// How a service is deployed: mostly rolling, with or without a circuit breaker.
    private func someConfiguration(_ kind: DefinitionKind?) -> JSONValue {
        var body = percentages(kind)
        if dice.chance(0.3) {
            body["deploymentCircuitBreaker"] = ["enable": true, "rollback": .bool(dice.chance(0.7))]
        }
        guard dice.chance(0.25) else { return body }
        body = body.merging(["minimumHealthyPercent": 100, "maximumPercent": 200])
        body["bakeTimeInMinutes"] = .int(Int64(dice.number(0...2)))
        switch dice.number(0...2) {
        case 0: body["strategy"] = "BLUE_GREEN"
        case 1:
            body["strategy"] = "LINEAR"
            body["linearConfiguration"] = ["stepPercent": 50.0, "stepBakeTimeInMinutes": 1]
        default:
            body["strategy"] = "CANARY"
            body["canaryConfiguration"] = ["canaryPercent": 10.0, "canaryBakeTimeInMinutes": 1]
        }
        if dice.chance(0.4) { body["lifecycleHooks"] = [someHook()] }
        return body
    }

    private func someHook() -> JSONValue {
        let stage = dice.pick(["PRE_SCALE_UP", "POST_SCALE_UP", "POST_PRODUCTION_TRAFFIC_SHIFT"]) ?? "PRE_SCALE_UP"
        return [
            "targetType": "PAUSE", "lifecycleStages": [.string(stage)],
            "timeoutConfiguration": [
                "timeoutInMinutes": .int(Int64(dice.number(1...5))),
                "action": .string(dice.chance(0.5) ? "CONTINUE" : "ROLLBACK"),
            ],
        ]
    }

    /// Answers a hook, or stops a deployment.
    func actOnDeployment() {
        let snapshot = look()
        let open = snapshot.list(ServiceDeploymentRecord.self).filter(\.isOpen)
        guard let deployment = dice.pick(open) else { return }
        var body: JSONValue = ["serviceDeploymentArn": .string(deployment.arn(snapshot.realm))]
        guard let hook = deployment.hooks.first(where: { $0.status == .awaitingAction }) else {
            guard dice.chance(0.3) else { return }
            return call("StopServiceDeployment", body) { _ in }
        }
        body["hookId"] = .string(hook.id)
        body["action"] = .string(dice.chance(0.7) ? "CONTINUE" : "ROLLBACK")
        call("ContinueServiceDeployment", body) { _ in }
    }

    private func someService() -> ServiceRecord? {
        dice.pick(look().list(ServiceRecord.self).filter { $0.status == .active })
    }

    func updateService() {
        guard let service = someService() else { return }
        var body: JSONValue = ["service": .string(service.name)]
        switch dice.number(0...5) {
        case 0, 1: body["desiredCount"] = .int(Int64(dice.number(0...5)))
        case 2, 3:
            guard let definition = someDefinition(for: service) else { return }
            body["taskDefinition"] = .string(definition)
            if kinds[definition] == .staticPort { body["deploymentConfiguration"] = percentages(.staticPort) }
        case 4: body["forceNewDeployment"] = true
        default:
            let isDaemon = service.schedulingStrategy == .daemon
            body["deploymentConfiguration"] = isDaemon ? daemonPercentages : someConfiguration(kind(of: service))
        }
        call("UpdateService", body) { _ in }
    }

    /// Behind a load balancer mostly one that can be there; and one for the service's network.
    private func someDefinition(for service: ServiceRecord) -> String? {
        guard !service.settings.loadBalancers.isEmpty, dice.chance(0.8) else {
            return dice.pick(kinds.filter { fits($0.value, service) }.keys.sorted())
        }
        return dice.pick(kinds.filter { $0.value.hasPort }.keys.sorted())
    }

    /// Whether tasks of a kind have, or have not, interfaces of their own, as those of the service.
    private func fits(_ kind: DefinitionKind, _ service: ServiceRecord) -> Bool {
        (kind == .ownAddress) == (service.settings.networkConfiguration != nil)
    }

    private func kind(of service: ServiceRecord) -> DefinitionKind? {
        service.primary.flatMap { kinds["\($0.family):\($0.revision)"] }
    }

    func deleteService() {
        guard let service = someService() else { return }
        call("DeleteService", ["service": .string(service.name), "force": true]) { [self] answer in
            if answer?.isSuccess == true { note(.serviceDeleted(service.key)) }
        }
    }

    // MARK: The end

    /// What lets a service come to rest: it wants what is calm, and asks nothing of its instances.
    /// - Parameter ports: how many tasks with a static port may still be wanted: there are not more hosts.
    func tidy(_ service: ServiceRecord, _ ports: inout Int) {
        let isDaemon = service.schedulingStrategy == .daemon
        let shifts = service.settings.deploymentConfiguration.strategy ?? .rolling != .rolling
        // Neither has room for two tasks with the same port.
        let isBalanced = !service.settings.loadBalancers.isEmpty
        let calm = kinds.filter { kind in
            kind.value.isCalm && (kind.value != .staticPort || !(isDaemon || shifts))
                && (kind.value.hasPort || !isBalanced) && fits(kind.value, service)
        }.keys.sorted()
        // No registration of a calm definition has come through.
        guard let definition = dice.pick(calm) else {
            return order("DeleteService", ["service": .string(service.name), "force": true]) { [self] _ in
                note(.serviceDeleted(service.key))
            }
        }
        let old = service.primary.map { "\($0.family):\($0.revision)" } ?? ""
        let isCalm = calm.contains(old)
        let kind = kinds[isCalm ? old : definition]
        var body: JSONValue = [
            "service": .string(service.name), "placementConstraints": [], "availabilityZoneRebalancing": "DISABLED",
        ]
        if !isCalm { body["taskDefinition"] = .string(definition) }
        if !isDaemon { body["placementStrategy"] = [] }
        if isUnusual(service) {
            body["forceNewDeployment"] = true
            body["deploymentConfiguration"] = [
                "lifecycleHooks": [], "bakeTimeInMinutes": 0,
                "deploymentCircuitBreaker": ["enable": false, "rollback": false],
            ]
        }
        if kind == .staticPort {
            body["desiredCount"] = .int(Int64(ports))
            ports = 0
            body["deploymentConfiguration"] = (body["deploymentConfiguration"] ?? [:]).merging(percentages(kind))
        } else if !isDaemon, dice.chance(0.5) {
            body["desiredCount"] = .int(Int64(dice.number(0...4)))
        }
        // Before traffic shifts, the old revision is brought to its count, and there are not more hosts than ports.
        let holdsPorts = look().liveTasks(of: service.key).contains { !$0.hostPorts.isEmpty }
        if shifts, holdsPorts { body["desiredCount"] = 1 }
        // While traffic shifts both revisions have all their tasks, and there may be no room for twice as many.
        let count = body["desiredCount"]?.intValue ?? service.desiredCount
        if shifts, count > Workload.roomForTwo { body["desiredCount"] = .int(Int64(Workload.roomForTwo)) }
        order("UpdateService", body)
    }

    /// So many tasks of a service find room twice, whatever else runs.
    private static let roomForTwo = 3

    /// Whether a service's deployments may take long, or fail.
    private func isUnusual(_ service: ServiceRecord) -> Bool {
        let configuration = service.settings.deploymentConfiguration
        return configuration.strategy ?? .rolling != .rolling || configuration.bakeTimeInMinutes ?? 0 > 0
            || configuration.deploymentCircuitBreaker?.enable ?? false || service.primary?.rolloutState == .failed
    }
}
