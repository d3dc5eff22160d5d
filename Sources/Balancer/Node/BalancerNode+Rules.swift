import NodeLink

/// Makes targets of this machine see clients' addresses: first the rules by which their answers come back, then what
/// HAProxy and nginx are told; the other way round when it ends.
extension BalancerNode {
    /// Finds out who is to see clients' addresses, and puts the rules for them. Who cannot sees the node's.
    /// - Returns: why nobody can, as sentences.
    func putRules(_ configuration: BalancerConfiguration) async -> [String] {
        let isDue = areRulesDue
        areRulesDue = false
        // Right after a reload the master may not have said yet who is old.
        if isDue, let process = try? HAProxyProcess(run, group: group) { oldWorkers = await process.oldWorkers() }
        let groups = configuration.targetGroups.filter { !$0.preservedTransports.isEmpty }
        // Not known yet.
        var wanted: Set<ClientAddresses.Target>? = groups.isEmpty ? [] : nil
        do {
            var clients = ClientAddresses.nobody
            if !groups.isEmpty {
                let networks = try await rules.networks()
                // Whoever comes meanwhile has to wait for the next time.
                clients = ClientAddresses.find(groups, machine.targets, in: networks)
                wanted = clients.targets
            }
            // What HAProxy and nginx still do by what they were told last is not disturbed.
            let isIdle = leaving.isEmpty && oldWorkers.isEmpty && clients.targets == environment.clients.targets
            let put = isDue && isIdle ? clients.targets : clients.targets.union(rulesPut ?? [])
            if isDue ? put != rulesPut || !put.isEmpty : !put.isSubset(of: rulesPut ?? []) {
                try await rules.put(put.sorted())
                rulesPut = put
            }
            environment.clients = clients
            return []
        } catch {
            environment.clients = .nobody
            if wanted?.isEmpty == true {
                // Who may not make rules has none to take away; what we did make is tried again.
                rulesPut = rulesPut ?? []
                return []
            }
            logger.warning("targets see the node's address", metadata: ["reason": "\(error)"])
            // Some of it may be there.
            rulesPut = nil
            return ["Targets of Network Load Balancers see the node's address instead of clients': \(error)"]
        }
    }

    /// Whether there may be rules for targets that do not see clients' addresses any more, and have no connection.
    var hasIdleRules: Bool {
        applied != nil && leaving.isEmpty && oldWorkers.isEmpty && rulesPut != environment.clients.targets
    }

    /// Takes all rules away, for nothing is served any more.
    func removeRules() async {
        environment.clients = .nobody
        guard rulesPut?.isEmpty != true else { return }
        do {
            try await rules.put([])
            rulesPut = []
        } catch {
            logger.warning("rules are left on the host", metadata: ["reason": "\(error)"])
            rulesPut = nil
        }
    }
}
