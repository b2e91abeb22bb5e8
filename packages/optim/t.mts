import * as g from "@gradfold/core";
import { valueAndGrad, grad } from "@gradfold/autodiff";
import { sgd, trainState, trainStep, repeat, trajectory } from "@gradfold/optim";
import { performance } from "node:perf_hooks";
const {random,stack,ones,matmul,array,add,mean,square,sub,cast}=g;
const dtype = "float32" as const;
const [k1,k2]=random.split(random.key(0),2);
const x=stack([random.uniform(k1,[100],{min:-1,max:1,dtype}),ones([100],{dtype})],1);
const y=add(matmul(x,array([3,2],{dtype})),random.uniform(k2,[100],{dtype}));
const loss=(a: g.Vector<2>)=>mean(square(sub(matmul(x,a),y)));
const opt=sgd(0.1);
const step=trainStep(valueAndGrad(loss),opt);
const a=array([.5,.75],{dtype});
const go=()=>trajectory.fold(step,trainState(a,opt),repeat(undefined,100));
const r=go(); console.log(r.metrics.loss[0], r.metrics.loss[99], r.final.params, r.outcome);
console.log(g.item(grad((x) => g.mul(x, grad((y) => add(x, y))(1)))(1)));
for(let i=0;i<200;i++)go();
const ts=[];for(let i=0;i<300;i++){const t=performance.now();go();ts.push(performance.now()-t)}
ts.sort((a,b)=>a-b);console.log('fold 100 steps ms', ts[0].toFixed(3), ts[150].toFixed(3));
