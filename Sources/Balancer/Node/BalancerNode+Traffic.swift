import NodeLink

/// Reports what went through.
extension BalancerNode {
    func keepCounting() async {
        while (try? await Task.sleep(for: settings.trafficInterval)) != nil {
            let statistics = await frontendStatistics()
            let measurements = traffic.drain { count(statistics, &$0) }
            let seconds = Double(settings.trafficInterval.components.seconds)
            if !measurements.isEmpty {
                send(.traffic(BalancerTraffic(seconds: seconds, measurements: measurements)))
            }
        }
    }

    private func frontendStatistics() async -> HAProxyStatistics? {
        guard applied != nil, let process = try? HAProxyProcess(run, group: group) else { return nil }
        return (try? await process.runtime.send("show stat")).map { HAProxyStatistics($0) }
    }

    /// Adds what no log line tells: connections and hosts.
    private func count(_ statistics: HAProxyStatistics?, _ counter: inout TrafficCounter) {
        let current = statistics?.values("scur", by: "pxname", where: "FRONTEND") ?? [:]
        let total = statistics?.values("conn_tot", by: "pxname", where: "FRONTEND") ?? [:]
        for loadBalancer in configuration.loadBalancers {
            let frontends = loadBalancer.listeners.map { HAProxySyntax.name($0.id) }
            let open = frontends.reduce(0) { $0 + (current[$1] ?? 0) }
            if loadBalancer.kind == .application {
                let new = frontends.reduce(0) { sum, name in
                    let all = total[name] ?? 0
                    let before = frontendConnections[name] ?? 0
                    // A reload begins counting anew.
                    return sum + (all >= before ? all - before : all)
                }
                counter.add("ActiveConnectionCount", loadBalancer.id, nil, Double(open))
                counter.add("NewConnectionCount", loadBalancer.id, nil, Double(new))
            } else {
                counter.add("ActiveFlowCount", loadBalancer.id, nil, Double(open))
            }
            for group in loadBalancer.targetGroups.sorted() { hosts(group, loadBalancer.id, &counter) }
        }
        for (name, count) in total { frontendConnections[name] = count }
    }

    private func hosts(_ group: String, _ loadBalancer: String, _ counter: inout TrafficCounter) {
        let states = (machine.targets[group] ?? []).compactMap { machine.health[TargetKey(group, $0)]?.state }
        let healthy = states.filter { $0 == .healthy || $0 == .unavailable }.count
        let unhealthy = states.filter { $0 == .unhealthy || $0 == .unhealthyDraining }.count
        counter.add("HealthyHostCount", loadBalancer, group, Double(healthy))
        counter.add("UnHealthyHostCount", loadBalancer, group, Double(unhealthy))
    }
}
