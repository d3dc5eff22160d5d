import State

/// One client token never yields two results.
struct OneResultPerToken: Invariant {
    static let name = "one client token, one result"

    private var results: [String: [Key<TaskRecord>]] = [:]

    mutating func check(_ scene: Scene) -> String? {
        for case .started(let token?, let tasks) in scene.acknowledged {
            if let earlier = results.updateValue(tasks, forKey: token), earlier != tasks {
                return "the token \(token) gave \(earlier), then \(tasks)"
            }
        }
        return nil
    }
}
