import Telemetry

/// A metric of load balancers that nodes measure: its unit and whose it is.
/// Source: Application Load Balancers guide, "CloudWatch metrics"; Network Load Balancers guide, the same.
struct LoadBalancerMetric: Sendable {
    var unit = MetricUnit.count
    /// Whether there is one of the load balancer as a whole.
    var isOfLoadBalancer = true
    /// Whether each target group has one.
    var isOfTargetGroup = false
    /// Whether each zone has one.
    var isOfZone = true

    /// - Returns: nil for a name that is none of AWS's, or that nodes do not measure.
    static func application(_ name: String) -> LoadBalancerMetric? {
        switch name {
        case "RequestCount", "TargetConnectionErrorCount", "HTTPCode_Target_2XX_Count", "HTTPCode_Target_3XX_Count",
            "HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count":
            LoadBalancerMetric(isOfTargetGroup: true)
        case "TargetResponseTime": LoadBalancerMetric(unit: .seconds, isOfTargetGroup: true)
        case "HealthyHostCount", "UnHealthyHostCount": hosts
        case "HTTPCode_ELB_3XX_Count", "HTTPCode_ELB_4XX_Count", "HTTPCode_ELB_5XX_Count", "HTTPCode_ELB_500_Count",
            "HTTPCode_ELB_502_Count", "HTTPCode_ELB_503_Count", "HTTPCode_ELB_504_Count", "RejectedConnectionCount":
            LoadBalancerMetric()
        case "ActiveConnectionCount", "NewConnectionCount", "RuleEvaluations", "HTTP_Redirect_Count",
            "HTTP_Fixed_Response_Count":
            LoadBalancerMetric(isOfZone: false)
        case "ProcessedBytes": LoadBalancerMetric(unit: .bytes, isOfZone: false)
        default: nil
        }
    }

    /// - Returns: nil for a name that is none of AWS's, or that nodes do not measure.
    static func network(_ name: String) -> LoadBalancerMetric? {
        switch name {
        case "ActiveFlowCount", "NewFlowCount", "TCP_Client_Reset_Count", "TCP_Target_Reset_Count",
            "TCP_ELB_Reset_Count", "RejectedFlowCount":
            LoadBalancerMetric()
        case "ProcessedBytes": LoadBalancerMetric(unit: .bytes)
        case "HealthyHostCount", "UnHealthyHostCount": hosts
        default: nil
        }
    }

    private static let hosts = LoadBalancerMetric(isOfLoadBalancer: false, isOfTargetGroup: true)
}
