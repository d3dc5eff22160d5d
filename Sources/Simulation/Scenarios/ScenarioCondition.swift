import State

/// What a scenario waits for.
enum ScenarioCondition: Equatable {
    /// `service web is steady`
    case steady(service: String)
    /// `service web is INACTIVE`
    case service(String, status: String)
    /// `task 3 is RUNNING`
    case task(Int, status: String)
    /// `deployment of web is FAILED`
    case rollout(service: String, state: String)
    /// `deployment of web reaches BAKE_TIME`
    case stage(service: String, String)

    init?(_ words: [String]) {
        guard words.count == 4 || words.count == 5 else { return nil }
        switch (words[0], words[words.count - 2]) {
        case ("service", "is") where words.count == 4:
            self = words[3] == "steady" ? .steady(service: words[1]) : .service(words[1], status: words[3])
        case ("task", "is") where words.count == 4:
            guard let task = Int(words[1]) else { return nil }
            self = .task(task, status: words[3])
        case ("deployment", "is") where words.count == 5: self = .rollout(service: words[2], state: words[4])
        case ("deployment", "reaches") where words.count == 5: self = .stage(service: words[2], words[4])
        default: return nil
        }
    }
}

extension ScenarioCondition {
    /// Whether it is true now.
    func holds(in snapshot: Snapshot, _ names: ScenarioNames) -> Bool {
        let service = { (name: String) in snapshot.get(ServiceRecord.key("default", name)) }
        switch self {
        case .steady(let name):
            let tasks = snapshot.liveTasks(of: ServiceRecord.key("default", name))
            guard let service = service(name) else { return false }
            return service.isSteady && tasks.count == service.desiredCount
        case .service(let name, let status): return service(name)?.status.rawValue == status
        case .task(let number, let status):
            return names.task(number).flatMap { snapshot.get(TaskRecord.key("default", $0)) }?.lastStatus.rawValue
                == status
        case .rollout(let name, let state): return service(name)?.primary?.rolloutState.rawValue == state
        case .stage(let name, let stage):
            guard let service = service(name), let id = service.serviceDeployment else { return false }
            return snapshot.get(ServiceDeploymentRecord.key("default", name, id))?.lifecycleStage?.rawValue == stage
        }
    }
}
