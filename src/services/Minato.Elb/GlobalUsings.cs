// AWS: an action of a rule. System.Action is not used in this room.
global using Action = Minato.Contracts.ElasticLoadBalancingV2.Action;
