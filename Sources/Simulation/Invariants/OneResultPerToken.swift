import State

/// One client token never yields two results. A request that started nothing may be tried again with its token.
struct OneResultPerToken: Invariant {
    static let name = "one client token, one result"

    private var results: [String: [Key<TaskRecord>]] = [:]

    mutating func check(_ scene: Scene) -> String? {
        for case .started(let token?, let tasks) in scene.acknowledged {
            let earlier = results[token] ?? []
            guard earlier.isEmpty || earlier == tasks else {
                return "the token \(token) gave \(earlier), then \(tasks)"
            }
            results[token] = tasks
        }
        return nil
    }
}
