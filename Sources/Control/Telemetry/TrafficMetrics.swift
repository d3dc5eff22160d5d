import AWSModels
import AWSWire
import NodeLink
import State
import Telemetry

/// What balancer nodes measure, as CloudWatch's metrics.
package enum TrafficMetrics {
    /// Older reports say nothing any more; nodes keep them while the server is away.
    private static let oldest: Duration = .seconds(3_600)
    /// A report has as many steps of a distribution at most.
    private static let mostValues = 4_096

    /// The values of a node's report. What it says of load balancers and groups that are not there, and of metrics that
    /// AWS does not have, is left out.
    ///
    /// The values of several nodes are values of the same metrics: requests add up, and so do response times with their
    /// percentiles. Hosts are counted by each node as it sees them; their average is what counts, as with AWS.
    package static func data(
        _ traffic: BalancerTraffic, from node: Key<BalancerNodeRecord>, in snapshot: Snapshot, at now: Timestamp
    ) -> [MetricDatum] {
        let end = traffic.endedAt.map { min($0, now) } ?? now
        guard now - end <= oldest, traffic.seconds >= 0, traffic.seconds <= 3_600 else { return [] }
        // A report belongs to the minute that has the middle of it.
        let time = end.advanced(byMilliseconds: -Int64(traffic.seconds * 500))
        let zone = snapshot.get(node)?.zone
        return traffic.measurements.flatMap { data($0, zone: zone, snapshot, at: time) }
    }

    private static func data(
        _ measurement: BalancerTraffic.Measurement, zone: String?, _ snapshot: Snapshot, at time: Timestamp
    ) -> [MetricDatum] {
        guard let balancer = snapshot.get(Key<LoadBalancerRecord>(path: measurement.loadBalancer)),
            let metric = balancer.type == .network
                ? LoadBalancerMetric.network(measurement.metric) : LoadBalancerMetric.application(measurement.metric),
            measurement.values.count == measurement.counts.count, measurement.values.count <= mostValues
        else { return [] }
        let namespace = balancer.type == .network ? "AWS/NetworkELB" : "AWS/ApplicationELB"
        var dimensions = [Metric.Dimension("LoadBalancer", balancer.key.path)]
        if let group = measurement.targetGroup {
            guard metric.isOfTargetGroup, snapshot.get(Key<TargetGroupRecord>(path: group)) != nil else { return [] }
            dimensions.append(Metric.Dimension("TargetGroup", "targetgroup/\(group)"))
        } else if !metric.isOfLoadBalancer {
            return []
        }
        var sets = [dimensions]
        if let zone, metric.isOfZone { sets.append(dimensions + [Metric.Dimension("AvailabilityZone", zone)]) }
        let data = sets.map { datum(Metric(namespace, measurement.metric, $0), metric.unit, measurement, at: time) }
        guard measurement.metric == "RequestCount", let group = measurement.targetGroup else { return data }
        return data + perTarget(measurement.sum, Key(path: group), namespace, sets, snapshot, at: time)
    }

    private static func datum(
        _ metric: Metric, _ unit: MetricUnit, _ measurement: BalancerTraffic.Measurement, at time: Timestamp
    ) -> MetricDatum {
        MetricDatum(
            metric, unit, at: time, count: Double(measurement.count), sum: measurement.sum,
            minimum: measurement.minimum, maximum: measurement.maximum, values: measurement.values,
            counts: measurement.counts.map { Double($0) })
    }

    /// How many requests each target had on the average. Its `Sum` over the nodes and the minute is what is asked for.
    /// Source: Application Load Balancers guide, "CloudWatch metrics", RequestCountPerTarget: also of the group alone.
    private static func perTarget(
        _ requests: Double, _ group: Key<TargetGroupRecord>, _ namespace: String, _ sets: [[Metric.Dimension]],
        _ snapshot: Snapshot, at time: Timestamp
    ) -> [MetricDatum] {
        let targets = snapshot.list(TargetRecord.self, prefix: "\(group.path)/").filter { $0.drainingSince == nil }
        let healthy = targets.count { $0.health.state == .healthy || $0.health.state == .unavailable }
        let share = requests / Double(max(1, healthy > 0 ? healthy : targets.count))
        return (sets + sets.map { $0.filter { $0.name != "LoadBalancer" } }).map { dimensions in
            MetricDatum(Metric(namespace, "RequestCountPerTarget", dimensions), .count, at: time, value: share)
        }
    }
}
