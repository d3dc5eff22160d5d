import AWSModels
import AWSWire
import State

extension ELB.TargetGroup {
    /// A target group as clients see it.
    init(_ record: TargetGroupRecord, in snapshot: Snapshot) {
        let check = record.healthCheck
        self.init(
            targetGroupArn: record.arn(snapshot.realm), targetGroupName: record.name, protocol: record.protocol,
            port: record.port, vpcId: record.vpcID, healthCheckProtocol: check.protocol, healthCheckPort: check.port,
            healthCheckEnabled: true, healthCheckIntervalSeconds: check.intervalSeconds,
            healthCheckTimeoutSeconds: check.timeoutSeconds, healthyThresholdCount: check.healthyThreshold,
            unhealthyThresholdCount: check.unhealthyThreshold, healthCheckPath: check.path,
            matcher: check.matcher.map { check.isGRPC ? ELB.Matcher(grpcCode: $0) : ELB.Matcher(httpCode: $0) },
            loadBalancerArns: snapshot.loadBalancers(of: record.key).map { $0.arn(snapshot.realm) },
            targetType: record.targetType, protocolVersion: record.protocolVersion,
            ipAddressType: record.ipAddressType)
    }
}
