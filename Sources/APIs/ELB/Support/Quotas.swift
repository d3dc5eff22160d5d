import AWSModels

/// The quotas of an account.
/// Source: Application Load Balancers User Guide and Network Load Balancers User Guide, Quotas.
enum Quotas {
    static let applicationLoadBalancers = 50
    static let networkLoadBalancers = 50
    static let targetGroups = 3_000
    static let listenersPerLoadBalancer = 50
    /// Without the default rules.
    static let rulesPerLoadBalancer = 100
    /// Without the default certificates.
    static let certificatesPerLoadBalancer = 25
    static let targetGroupsPerAction = 5
    static let targetGroupsPerLoadBalancer = 100
    static let targetsPerTargetGroup = 1_000
    static let conditionValuesPerRule = 5
    static let wildcardsPerRule = 6
    static let trustStores = 20
    static let verifyingListenersPerLoadBalancer = 2
    static let certificatesPerTrustStore = 25
    static let revocationListsPerTrustStore = 30
    static let revokedEntriesPerTrustStore = 500_000

    /// As DescribeAccountLimits shows them, in the order of their names.
    static let limits: [ELB.Limit] = [
        ("application-load-balancers", applicationLoadBalancers),
        ("certificates-per-application-load-balancer", certificatesPerLoadBalancer),
        ("certificates-per-network-load-balancer", certificatesPerLoadBalancer),
        ("condition-values-per-alb-rule", conditionValuesPerRule),
        ("condition-wildcards-per-alb-rule", wildcardsPerRule),
        ("gateway-load-balancers", 0),
        ("geneve-target-groups", 0),
        ("listeners-per-application-load-balancer", listenersPerLoadBalancer),
        ("listeners-per-network-load-balancer", listenersPerLoadBalancer),
        ("network-load-balancers", networkLoadBalancers),
        ("rules-per-application-load-balancer", rulesPerLoadBalancer),
        ("target-groups", targetGroups),
        ("target-groups-per-action-on-application-load-balancer", targetGroupsPerAction),
        ("target-groups-per-action-on-network-load-balancer", targetGroupsPerAction),
        ("target-groups-per-application-load-balancer", targetGroupsPerLoadBalancer),
        ("targets-per-application-load-balancer", targetsPerTargetGroup),
        ("targets-per-target-group", targetsPerTargetGroup),
    ].map { ELB.Limit(name: $0.0, max: String($0.1)) }
}
